// The last lines of a red run: each journey that failed, and the first line of why. Logs are often read from their end.
export default class Summary {
  #failed = [];

  onTestEnd(test, result) {
    if (test.outcome() !== "unexpected" && result.status === test.expectedStatus) return;
    const colours = /\u001b\[[0-9;]*m/g;
    for (const { message = "", location } of result.errors) {
      const why = message.replace(colours, "").split("\n").filter((line) => line.trim()).slice(0, 4).join(" · ");
      const where = location ? `${location.file.split("/").at(-1)}:${location.line}` : "";
      this.#failed.push(`[${test.parent.project().name}] ${test.title.slice(0, 90)} (${(result.duration / 1000).toFixed(0)} s) ${where}\n    ${why.slice(0, 600)}`);
    }
  }

  onEnd() {
    if (this.#failed.length > 0) console.log(`\nWhat failed, and why:\n${this.#failed.map((line) => `  ${line}`).join("\n")}`);
  }

  printsToStdio() {
    return false;
  }
}
