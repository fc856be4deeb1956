// The drop zone: takes files and folders by drop and by buttons, so that it works with a keyboard and on a phone.

import { Ui, type Pair, type Text } from '../page/ui';
import { button } from '../page/parts';
import type { Language } from '../notarium';
import { chosenFiles, droppedFiles, type FoundFile } from './found';

export interface DropZoneOptions {
  readonly label: Text;
  readonly hint: Text;
  /** Whether folders are taken too. */
  readonly folders: boolean;
  /** The language of its buttons; or the `Ui` whose language they follow. */
  readonly language: Language | Ui;
  readonly onFiles: (files: FoundFile[]) => void;
  /** A drop that could not be read. */
  readonly onError?: (error: unknown) => void;
}

export interface DropZone {
  readonly element: HTMLElement;
  /** Moves the focus to its first button. */
  focus(): void;
}

const CHOOSE_FILES: Pair = ['Choose files', '选择文件'];
const CHOOSE_FOLDER: Pair = ['Choose a folder', '选择文件夹'];

let guarded = false;

/** A file that is dropped beside the zone would be opened in place of the page, and everything on it lost. */
function guardPage(): void {
  if (guarded) return;
  guarded = true;
  for (const name of ['dragover', 'drop']) document.addEventListener(name, (event) => event.preventDefault());
}

export function createDropZone(options: DropZoneOptions): DropZone {
  guardPage();
  const { label, hint, folders, language, onFiles, onError = () => undefined } = options;
  const ui = language instanceof Ui ? language : new Ui(language);
  const files = chooser(ui, false, onFiles);
  const folder = folders && supportsFolders() ? chooser(ui, true, onFiles) : null;
  const first = button(ui, ui.words(CHOOSE_FILES), () => files.click(), 'primary');
  const element = ui.h(
    'div',
    { class: 'drop' },
    ui.h('p', { class: 'drop__label' }, label),
    ui.h('p', { class: 'drop__hint' }, hint),
    ui.h(
      'div',
      { class: 'actions' },
      first,
      files,
      folder && button(ui, ui.words(CHOOSE_FOLDER), () => folder.click()),
      folder,
    ),
  );
  takeDrops(element, (transfer) => droppedFiles(transfer).then((found) => found.length > 0 && onFiles(found), onError));
  return { element, focus: () => first.focus() };
}

function chooser(ui: Ui, folder: boolean, onFiles: (files: FoundFile[]) => void): HTMLInputElement {
  const input = ui.h('input', { type: 'file', multiple: true, class: 'visually-hidden', tabindex: -1, 'aria-hidden': 'true' });
  if (folder) input.setAttribute('webkitdirectory', '');
  input.dataset['choose'] = folder ? 'folder' : 'files';
  input.addEventListener('change', () => {
    const found = chosenFiles(input.files ?? []);
    input.value = '';
    if (found.length > 0) onFiles(found);
  });
  return input;
}

/** Phones have no folder chooser. */
function supportsFolders(): boolean {
  return 'webkitdirectory' in HTMLInputElement.prototype;
}

function takeDrops(element: HTMLElement, take: (transfer: DataTransfer) => void): void {
  let depth = 0;
  const over = (by: number): void => {
    depth = Math.max(0, depth + by);
    element.dataset['over'] = String(depth > 0);
  };
  element.addEventListener('dragenter', (event) => {
    event.preventDefault();
    over(1);
  });
  element.addEventListener('dragleave', () => over(-1));
  element.addEventListener('dragover', (event) => {
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
  });
  element.addEventListener('drop', (event) => {
    event.preventDefault();
    over(-depth);
    if (event.dataTransfer) take(event.dataTransfer);
  });
}
