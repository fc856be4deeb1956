// Real ledgers and witnesses, served by the real program in a temporary folder and on free ports.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The program under test. `make web-test` names the one that it has built. */
export const PROGRAM = process.env['NOTARIUM'] ?? '';
if (PROGRAM === '') throw new Error('NOTARIUM must name the program, such as target/release/notarium');

const SMALL = ['--log', 'error', '--least-free-mib', '0', '--block-cache-mib', '8', '--write-buffers-mib', '8'];

/** A server of the program, and where it listens. */
interface Served {
  readonly url: string;
  readonly child: ChildProcess;
}

export class Ledger {
  private constructor(
    readonly folder: string,
    readonly url: string,
    private readonly served: readonly ChildProcess[],
  ) {}

  /** A ledger in the folder L, with its key alone as its policy. */
  static async start(origin = 'ledger.example/court'): Promise<Ledger> {
    const folder = made(origin);
    const { url, child } = await serve(folder, ['serve', 'L', ...SMALL]);
    return new Ledger(folder, url, [child]);
  }

  /** One whose checkpoints these witnesses cosign, all of them required by the file `policy`. */
  static async witnessed(origin: string, ...names: readonly string[]): Promise<Ledger> {
    const folder = made(origin);
    const vkey = /^log (\S+)/m.exec(readFileSync(join(folder, 'L/policy'), 'utf8'))![1]!;
    const lines = [`log ${vkey}`];
    const children: ChildProcess[] = [];
    for (const name of names) {
      const key = notarium(folder, 'witness', 'keygen', name, '--name', `witness.example/${name}`).trim();
      notarium(folder, 'witness', 'add-log', name, vkey);
      const { url, child } = await serve(folder, ['witness', 'serve', name, '--log', 'error']);
      children.push(child);
      lines.push(`witness ${name} ${key} ${url}`);
    }
    writeFileSync(join(folder, 'policy'), `${lines.join('\n')}\ngroup all all ${names.join(' ')}\nquorum all\n`);
    const { url, child } = await serve(folder, ['serve', 'L', ...SMALL, '--witness-policy', 'policy', '--witness-wait', '60']);
    return new Ledger(folder, url, [child, ...children]);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Runs a command of the program in the ledger's folder. */
  run(...line: string[]): string {
    return notarium(this.folder, ...line);
  }

  async stop(): Promise<void> {
    for (const child of this.served) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function made(origin: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'notarium-web-'));
  notarium(folder, 'init', 'L', '--origin', origin);
  return folder;
}

function notarium(folder: string, ...line: string[]): string {
  return execFileSync(PROGRAM, line, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

async function serve(folder: string, line: readonly string[]): Promise<Served> {
  const child = spawn(PROGRAM, [...line, '--listen', '127.0.0.1:0'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  return { url: await address(child), child };
}

function address(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    server.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /^listening on (http:\S+)$/m.exec(said)?.[1];
      if (found) resolve(found);
    });
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
}
