//! The file that a backup is: a tar archive, which any system unpacks, of the database, of the files that it names, and of
//! the SHA-256 of each in `SHA256SUMS`, last. Files pass one at a time, whatever their number.

use sha2::{Digest as _, Sha256};
use std::{
    fmt::Write as _,
    fs::File,
    io::{self, BufReader, BufWriter, ErrorKind, Read, Write},
    path::Path,
};
use uuid::Uuid;

/// The unit of such archives, in bytes.
const BLOCK: usize = 512;
/// The database, first.
pub(super) const DATABASE: &str = "database";
/// Where files are.
const FILES: &str = "files/";
/// The hashes of all entries before it.
const SUMS: &str = "SHA256SUMS";

/// What a file is called.
pub(super) fn file_name(id: Uuid) -> String {
    format!("{FILES}{}", id.simple())
}

/// Which file an entry is.
pub(super) fn file_id(name: &str) -> Option<Uuid> {
    let id = name.strip_prefix(FILES)?;
    Uuid::try_parse(id).ok().filter(|parsed| parsed.simple().to_string() == id)
}

/// Writes an archive.
pub(super) struct Writer {
    to: BufWriter<File>,
    sums: String,
    at: u64,
}

impl Writer {
    /// Begins an archive in a file that is there; `at` is the time of its entries, in seconds of Unix.
    pub(super) fn new(path: &Path, at: u64) -> io::Result<Self> {
        let to = File::options().write(true).truncate(true).open(path)?;
        Ok(Self { to: BufWriter::new(to), sums: String::new(), at })
    }

    /// Adds an entry of that size.
    pub(super) fn add(&mut self, name: &str, size: u64, from: &mut impl Read) -> io::Result<()> {
        let hash = self.entry(name, size, from)?;
        // Writing to a text cannot fail.
        let _ = writeln!(self.sums, "{hash}  {name}");
        Ok(())
    }

    fn entry(&mut self, name: &str, size: u64, from: &mut impl Read) -> io::Result<String> {
        self.to.write_all(&header(name, size, self.at)?)?;
        let mut hashing = Hashing { to: &mut self.to, hash: Sha256::new() };
        let copied = io::copy(&mut from.take(size), &mut hashing)?;
        if copied != size {
            return Err(io::Error::new(ErrorKind::UnexpectedEof, "it became shorter while it was read"));
        }
        let hash = hex::encode(hashing.hash.finalize());
        self.to.write_all(&[0; BLOCK][..padding(size)])?;
        Ok(hash)
    }

    /// Ends the archive; once this returns, it survives a crash.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let sums = std::mem::take(&mut self.sums);
        self.entry(SUMS, sums.len() as u64, &mut sums.as_bytes())?;
        self.to.write_all(&[0; 2 * BLOCK])?;
        self.to.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }
}

/// Passes on what is written, and hashes it.
struct Hashing<'a, W> {
    to: &'a mut W,
    hash: Sha256,
}

impl<W: Write> Write for Hashing<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Bytes between the end of an entry and the next one's head.
const fn padding(size: u64) -> usize {
    let over = (size % BLOCK as u64) as usize;
    if over == 0 { 0 } else { BLOCK - over }
}

/// The head of an entry (POSIX.1-1988, ustar); sizes beyond its eight gigabytes as GNU and others write them.
fn header(name: &str, size: u64, at: u64) -> io::Result<[u8; BLOCK]> {
    let mut head = [0; BLOCK];
    let mut put = |offset: usize, bytes: &[u8]| head[offset..offset + bytes.len()].copy_from_slice(bytes);
    if name.len() > 100 {
        return Err(io::Error::other("the name of an entry is too long"));
    }
    put(0, name.as_bytes());
    put(100, b"0000600\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    if size < 1 << 33 {
        put(124, format!("{size:011o}\0").as_bytes());
    } else {
        put(124, &[0x80]);
        put(128, &size.to_be_bytes());
    }
    put(136, format!("{:011o}\0", at.min((1 << 33) - 1)).as_bytes());
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum = checksum(&head);
    head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Ok(head)
}

/// The sum of a head's bytes, its own field taken for blanks.
fn checksum(head: &[u8; BLOCK]) -> u32 {
    let field = 148..156;
    head.iter().enumerate().map(|(at, byte)| if field.contains(&at) { 32 } else { u32::from(*byte) }).sum()
}

fn octal(bytes: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(bytes).ok()?.trim_matches(['\0', ' ']);
    u64::from_str_radix(text, 8).ok()
}

/// Reads an archive, from its first entry to its last.
pub(super) struct Reader {
    from: BufReader<File>,
    /// What is left of the entry that is being read.
    left: u64,
    /// What follows it.
    padding: usize,
}

fn damaged(problem: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, problem)
}

impl Reader {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { from: BufReader::new(File::open(path)?), left: 0, padding: 0 })
    }

    /// The next entry's name; what was left of the one before is passed over.
    pub(super) fn next(&mut self) -> io::Result<Option<String>> {
        self.copy(&mut io::sink())?;
        let mut head = [0; BLOCK];
        self.from.read_exact(&mut head)?;
        if head == [0; BLOCK] {
            return Ok(None);
        }
        if octal(&head[148..156]) != Some(u64::from(checksum(&head))) {
            return Err(damaged("the head of an entry is damaged"));
        }
        let name = head[..100].split(|byte| *byte == 0).next().unwrap_or_default();
        let name = std::str::from_utf8(name).map_err(|_| damaged("the name of an entry is damaged"))?.to_owned();
        self.left = if head[124] == 0x80 {
            let mut size = [0; 8];
            size.copy_from_slice(&head[128..136]);
            u64::from_be_bytes(size)
        } else {
            octal(&head[124..136]).ok_or_else(|| damaged("the size of an entry is damaged"))?
        };
        self.padding = padding(self.left);
        Ok(Some(name))
    }

    /// Copies what is left of the entry; answers its SHA-256.
    pub(super) fn copy(&mut self, to: &mut impl Write) -> io::Result<String> {
        let mut hashing = Hashing { to, hash: Sha256::new() };
        let copied = io::copy(&mut (&mut self.from).take(self.left), &mut hashing)?;
        if copied != self.left {
            return Err(io::Error::new(ErrorKind::UnexpectedEof, "it is cut short"));
        }
        self.left = 0;
        let hash = hex::encode(hashing.hash.finalize());
        let mut rest = [0; BLOCK];
        self.from.read_exact(&mut rest[..std::mem::take(&mut self.padding)])?;
        Ok(hash)
    }
}

/// Whether a file begins as one of our archives does.
pub(super) fn is_one(path: &Path) -> bool {
    Reader::open(path).and_then(|mut archive| archive.next()).is_ok_and(|name| name.as_deref() == Some(DATABASE))
}

/// Reads a whole archive and checks every entry by its hash; the database goes to a file that is there.
///
/// # Errors
/// In words, what is wrong with it.
pub(super) fn check(path: &Path, database: &Path) -> Result<(), String> {
    let said = |error: io::Error| match error.kind() {
        ErrorKind::UnexpectedEof => "it is cut short".to_owned(),
        _ => error.to_string(),
    };
    let mut archive = Reader::open(path).map_err(said)?;
    let mut expected = String::new();
    while let Some(name) = archive.next().map_err(said)? {
        if name == SUMS {
            let mut sums = Vec::new();
            archive.copy(&mut sums).map_err(said)?;
            return match archive.next().map_err(said)? {
                None if sums == expected.as_bytes() => Ok(()),
                None => Err("what is in it is not what was backed up".to_owned()),
                Some(_) => Err("there is more in it than was backed up".to_owned()),
            };
        }
        let hash = if expected.is_empty() && name == DATABASE {
            let mut to = File::options().write(true).truncate(true).open(database).map_err(said)?;
            let hash = archive.copy(&mut to).map_err(said)?;
            to.sync_all().map_err(said)?;
            hash
        } else if file_id(&name).is_some() {
            archive.copy(&mut io::sink()).map_err(said)?
        } else {
            return Err(format!("it has an entry {name:?}, which is none of ours"));
        };
        // Writing to a text cannot fail.
        let _ = writeln!(expected, "{hash}  {name}");
    }
    Err("it is cut short".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);

    fn written(folder: &Path, files: &[(Uuid, &[u8])]) -> std::path::PathBuf {
        let path = folder.join("archive");
        File::create(&path).unwrap();
        let mut archive = Writer::new(&path, 1_800_000_000).unwrap();
        archive.add(DATABASE, 5, &mut &b"rows!"[..]).unwrap();
        for (id, bytes) in files {
            archive.add(&file_name(*id), bytes.len() as u64, &mut &**bytes).unwrap();
        }
        archive.finish().unwrap();
        path
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let large = vec![7; 200_000];
        let path = written(folder.path(), &[(ID, &large), (Uuid::from_u128(1), b"")]);
        assert!(is_one(&path));
        let database = folder.path().join("database");
        File::create(&database).unwrap();
        check(&path, &database).unwrap();
        assert_eq!(std::fs::read(&database).unwrap(), b"rows!");
        let mut archive = Reader::open(&path).unwrap();
        let mut names = Vec::new();
        while let Some(name) = archive.next().unwrap() {
            let mut bytes = Vec::new();
            if file_id(&name) == Some(ID) {
                archive.copy(&mut bytes).unwrap();
                assert!(bytes == large);
            }
            names.push(name);
        }
        assert_eq!(names, [DATABASE.to_owned(), file_name(ID), file_name(Uuid::from_u128(1)), SUMS.to_owned()]);
    }

    /// Another program takes it for what it is, where there is one.
    #[test]
    fn other_programs_unpack_it() {
        let folder = tempfile::tempdir().unwrap();
        written(folder.path(), &[(ID, b"a plan")]);
        let tar = std::process::Command::new("tar").arg("-xf").arg("archive").current_dir(folder.path()).status();
        let Ok(status) = tar else { return };
        assert!(status.success());
        assert_eq!(std::fs::read(folder.path().join(file_name(ID))).unwrap(), b"a plan");
        let sums = std::fs::read_to_string(folder.path().join(SUMS)).unwrap();
        assert_eq!(sums.lines().count(), 2);
    }

    /// Wherever a byte was changed or the end was lost, it is noticed.
    #[test]
    fn damage_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path(), &[(ID, b"a plan")]);
        let whole = std::fs::read(&path).unwrap();
        let database = folder.path().join("database");
        File::create(&database).unwrap();
        // The head and the content of each entry; what fills its last block up says nothing.
        for at in [0, 130, BLOCK, 2 * BLOCK, 3 * BLOCK + 5, 4 * BLOCK + 20, 5 * BLOCK + 70] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            std::fs::write(&path, &changed).unwrap();
            assert!(check(&path, &database).is_err(), "byte {at}");
        }
        for length in [0, 100, 3 * BLOCK, 4 * BLOCK, whole.len() - 2 * BLOCK] {
            std::fs::write(&path, &whole[..length]).unwrap();
            assert!(check(&path, &database).is_err(), "cut at {length}");
        }
        std::fs::write(&path, &whole).unwrap();
        check(&path, &database).unwrap();
    }

    #[test]
    fn large_sizes_are_told() {
        let head = header("x", 20 << 30, 0).unwrap();
        assert_eq!((head[124], &head[128..136]), (0x80, &(20_u64 << 30).to_be_bytes()[..]));
        assert_eq!(octal(&head[148..156]), Some(u64::from(checksum(&head))));
        assert!(file_id("files/../../etc/passwd").is_none() && file_id("files/").is_none());
    }
}
