// A real ledger, served by the real program in a temporary folder and on a free port.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The program under test. `make web-test` names the one that it has built. */
export const PROGRAM = process.env['NOTARIUM'] ?? '';
if (PROGRAM === '') throw new Error('NOTARIUM must name the program, such as target/release/notarium');

const SMALL = ['--log', 'error', '--least-free-mib', '0', '--block-cache-mib', '8', '--write-buffers-mib', '8'];

export class Ledger {
  private constructor(
    readonly folder: string,
    readonly url: string,
    private readonly server: ChildProcess,
  ) {}

  static async start(origin = 'ledger.example/court'): Promise<Ledger> {
    const folder = mkdtempSync(join(tmpdir(), 'notarium-web-'));
    notarium(folder, 'init', 'L', '--origin', origin);
    const server = spawn(PROGRAM, ['serve', 'L', '--listen', '127.0.0.1:0', ...SMALL], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return new Ledger(folder, await address(server), server);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Runs a command of the program in the ledger's folder. */
  run(...line: string[]): string {
    return notarium(this.folder, ...line);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.server.once('exit', resolve));
    this.server.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function notarium(folder: string, ...line: string[]): string {
  return execFileSync(PROGRAM, line, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
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
