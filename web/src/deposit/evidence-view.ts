// What is to be deposited: files each on their own or all as one package, folders always as packages.

import { createDropZone, type FoundFile } from '../hashing';
import { isManifestPath, shown } from '../notarium';
import { errorText } from '../page/ledger';
import { button, checkField, field, notice, sizeText } from '../page/parts';
import { freshId, type Child, type Ui } from '../page/ui';
import { DEPOSIT } from '../words/deposit';

/** One thing to deposit: a file, or a package whose manifest is the evidence. */
export type Lot =
  | { readonly kind: 'file'; readonly name: string; readonly file: File }
  | { readonly kind: 'package'; readonly name: string; readonly files: readonly PackageFile[] };

interface PackageFile {
  readonly path: string;
  readonly file: File;
}

export class EvidenceView {
  readonly element: HTMLElement;
  #found: FoundFile[] = [];
  #together = false;
  #packageName = '';
  #part: Ui;
  #body: HTMLElement;

  constructor(
    private readonly ui: Ui,
    private readonly changed: () => void,
  ) {
    this.#part = ui.part();
    this.#body = ui.h('div', {});
    const zone = createDropZone({
      label: ui.words(DEPOSIT.drop),
      hint: ui.words(DEPOSIT.dropHint),
      folders: true,
      language: ui,
      onFiles: (files) => this.#take(files),
      onError: (error) => {
        this.#body.prepend(notice(this.#part, 'error', this.#part.words(DEPOSIT.dropFailed, { error: errorText(error) })));
      },
    });
    this.element = ui.h('section', { class: 'panel' }, ui.h('h2', {}, ui.words(DEPOSIT.evidence)), zone.element, this.#body);
  }

  /** What is to be deposited. */
  get lots(): Lot[] {
    const folders = new Map<string, PackageFile[]>();
    for (const { folder, path, file } of this.#found) {
      if (folder !== null) folders.set(folder, [...(folders.get(folder) ?? []), { path, file }]);
    }
    const packages = [...folders].map(([name, files]): Lot => ({ kind: 'package', name, files }));
    const loose = this.#loose();
    if (this.#together && loose.length > 1) {
      return [...packages, { kind: 'package', name: this.#nameOfPackage(), files: loose.map(({ path, file }) => ({ path, file })) }];
    }
    return [...packages, ...loose.map(({ path, file }): Lot => ({ kind: 'file', name: path, file }))];
  }

  /** Paths that cannot be in a manifest. */
  get refused(): string[] {
    return this.lots.flatMap((lot) => (lot.kind === 'package' ? lot.files.map(({ path }) => path).filter((path) => !isManifestPath(path)) : []));
  }

  clear(): void {
    this.#found = [];
    this.#render();
    this.changed();
  }

  #loose(): FoundFile[] {
    return this.#found.filter((one) => one.folder === null);
  }

  #nameOfPackage(): string {
    const named = this.#packageName.trim().replace(/[/\\]/g, '-');
    return named === '' ? this.ui.say(DEPOSIT.packageNameDefault) : named;
  }

  #take(files: readonly FoundFile[]): void {
    const replaced = (old: FoundFile): boolean => files.some((one) => one.folder === old.folder && one.path === old.path);
    this.#found = [...this.#found.filter((old) => !replaced(old)), ...files];
    this.#render();
    this.changed();
  }

  #remove(lot: Lot): void {
    this.#found = this.#found.filter((one) =>
      lot.kind === 'file' ? one.folder !== null || one.path !== lot.name : one.folder !== lot.name,
    );
    this.#render();
    this.changed();
  }

  #render(): void {
    this.ui.drop(this.#part);
    const ui = this.ui.part();
    this.#part = ui;
    this.#body.replaceChildren();
    if (this.#found.length === 0) return;
    const lots = this.lots;
    const parts: Child[] = [
      ui.h('ul', { class: 'files' }, ...lots.map((lot) => this.#item(ui, lot))),
      this.#loose().length > 1 && this.#choice(ui),
    ];
    const { refused } = this;
    if (refused.length > 0) {
      parts.push(notice(ui, 'error', ui.words(DEPOSIT.refusedPaths, { paths: refused.slice(0, 10).map(shown).join(', ') })));
    }
    ui.append(this.#body, ...parts);
  }

  #item(ui: Ui, lot: Lot): HTMLElement {
    const bytes = lot.kind === 'file' ? lot.file.size : lot.files.reduce((sum, { file }) => sum + file.size, 0);
    const removable = lot.kind === 'file' || this.#found.some((one) => one.folder === lot.name);
    const remove = button(ui, ui.words(DEPOSIT.removeShort), () => this.#remove(lot), 'quiet');
    ui.follow(() => remove.setAttribute('aria-label', ui.say(DEPOSIT.remove, { name: shown(lot.name) })));
    const count = lot.kind === 'package' ? lot.files.length : 0;
    return ui.h(
      'li',
      { class: 'files__item', 'data-state': 'waiting' },
      ui.h(
        'span',
        { class: 'files__name' },
        shown(lot.name),
        ' ',
        lot.kind === 'package' && ui.h('span', { class: 'tag' }, ui.words(DEPOSIT.packageFolder, { count })),
      ),
      ui.h('span', { class: 'files__size' }, () => sizeText(bytes, ui.language), ' ', removable && remove),
    );
  }

  #choice(ui: Ui): HTMLElement {
    const group = freshId('together');
    const radio = (value: boolean): HTMLInputElement => {
      const input = ui.h('input', { type: 'radio', name: group, value: value ? 'package' : 'each' });
      input.checked = this.#together === value;
      input.addEventListener('change', () => {
        this.#together = value;
        this.#render();
        this.changed();
        this.#body.querySelector<HTMLInputElement>(`input[name="${group}"]`)?.focus();
        this.#body.querySelector<HTMLInputElement>('input[type="radio"]:checked')?.focus();
      });
      return input;
    };
    const name = ui.h('input', { type: 'text', name: 'package-name', maxlength: 100, placeholder: ui.words(DEPOSIT.packageNameDefault) });
    name.value = this.#packageName;
    name.addEventListener('input', () => {
      this.#packageName = name.value;
    });
    return ui.h(
      'fieldset',
      { class: 'choice' },
      ui.h('legend', {}, ui.words(DEPOSIT.together)),
      checkField(ui, ui.words(DEPOSIT.eachOwn), radio(false), ui.words(DEPOSIT.eachOwnHint)),
      checkField(ui, ui.words(DEPOSIT.asPackage), radio(true), ui.words(DEPOSIT.asPackageHint)),
      this.#together && field(ui, ui.words(DEPOSIT.packageName), name).element,
    );
  }
}
