// What was dropped or chosen: files, and the files of folders with their paths.

export interface FoundFile {
  /** The name; in a folder the path below it, `/` between components. */
  readonly path: string;
  readonly file: File;
  /** The name of the folder that was dropped or chosen; null for a file on its own. */
  readonly folder: string | null;
}

/** Files of an `<input type="file">`; with `webkitdirectory` each has its path. */
export function chosenFiles(files: Iterable<File>): FoundFile[] {
  return [...files].map((file) => {
    const [folder = '', ...rest] = (file.webkitRelativePath ?? '').split('/');
    if (folder === '' || rest.length === 0) return { path: file.name, file, folder: null };
    return { path: rest.join('/'), file, folder };
  });
}

/** Everything in a drop. The entries have to be taken out before the first await: a drop is empty after its event. */
export function droppedFiles(transfer: DataTransfer): Promise<FoundFile[]> {
  const entries = [...transfer.items].flatMap((item) => {
    const entry = item.kind === 'file' ? item.webkitGetAsEntry?.() : null;
    return entry ? [entry] : [];
  });
  if (entries.length === 0) return Promise.resolve(chosenFiles(transfer.files));
  return walkAll(entries);
}

async function walkAll(entries: readonly FileSystemEntry[]): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const entry of entries) {
    if (isDirectory(entry)) await walkInto(entry, '', entry.name, found);
    else found.push({ path: entry.name, file: await fileOf(entry), folder: null });
  }
  return found;
}

async function walkInto(
  directory: FileSystemDirectoryEntry,
  prefix: string,
  folder: string,
  found: FoundFile[],
): Promise<void> {
  const reader = directory.createReader();
  for (;;) {
    // Gives some hundred at a time, and none at the end.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return;
    for (const entry of entries) {
      const path = prefix + entry.name;
      if (isDirectory(entry)) await walkInto(entry, `${path}/`, folder, found);
      else found.push({ path, file: await fileOf(entry), folder });
    }
  }
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function fileOf(entry: FileSystemEntry): Promise<File> {
  return new Promise((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
}
