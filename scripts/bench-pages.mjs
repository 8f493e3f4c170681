// How long the server takes for whole pages, one request at a time: p50 and p95 over 300 requests each, after 30 to warm up.
const base = process.argv[2];

for (let attempt = 0; ; attempt++) {
  const ready = await fetch(`${base}/readyz`).then((answer) => answer.ok, () => false);
  if (ready) break;
  if (attempt === 200) throw new Error(`${base} does not answer`);
  await new Promise((resolve) => setTimeout(resolve, 50));
}

const { experts } = await (await fetch(`${base}/api/v1/experts`)).json();
const pages = {
  home: "/fr",
  "results, 24 of 1,000": "/fr/experts",
  "results, filtered, near Liège": "/fr/experts?product=revit&place=Liege&within=400&mode=on-site&sort=distance",
  profile: `/fr/experts/${experts[0].id}`,
  "booking form": `/fr/book/${experts[0].id}`,
  "levels and rates": "/fr/levels",
  "REST: 24 experts": "/api/v1/experts",
};

console.log(`${"page".padEnd(32)} ${"p50 ms".padStart(8)} ${"p95 ms".padStart(8)} ${"kB".padStart(8)}`);
for (const [name, path] of Object.entries(pages)) {
  const times = [];
  let bytes = 0;
  for (let i = 0; i < 330; i++) {
    const began = performance.now();
    const answer = await fetch(base + path, { headers: { "accept-encoding": "identity" } });
    bytes = (await answer.arrayBuffer()).byteLength;
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    if (i >= 30) times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(times.length * share)].toFixed(2).padStart(8);
  console.log(`${name.padEnd(32)} ${at(0.5)} ${at(0.95)} ${(bytes / 1000).toFixed(1).padStart(8)}`);
}
