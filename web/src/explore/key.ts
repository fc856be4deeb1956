// What the ledger says of one key: how it stands today, who enrolled it under which name, and whether it was revoked.

import { shown, wordText } from '../notarium';
import { reasonWord } from '../page/key-said';
import { el } from '../shell/dom';
import type { KeyAnswer } from './api';
import { clock, fact, moment, toEntry, words, type Scene } from './scene';

const STANDINGS = {
  'in-force': 'standingInForce',
  'not-enrolled': 'standingNotEnrolled',
  'not-yet-valid': 'standingNotYetValid',
  expired: 'standingExpired',
  revoked: 'standingRevoked',
  retired: 'standingRetired',
  'ledgers-own': 'standingLedgersOwn',
} as const;

/** Nothing for bytes that the ledger says nothing of, which need not be a key. */
export function keyPanel(scene: Scene, key: KeyAnswer): HTMLElement | null {
  if (key.standing === 'not-enrolled' && key.enrolments.length === 0 && !key.revocation) return null;
  const tell = words(scene);
  const standing = STANDINGS[key.standing as keyof typeof STANDINGS];
  return el('section', { class: 'panel' }, el('h2', {}, tell('keyNow')),
    el('dl', { class: 'facts' },
      ...fact(tell('keyStanding'), standing ? tell(standing) : key.standing),
      ...key.enrolments.flatMap((enrolment) => enrolmentFacts(scene, key, enrolment)),
      ...(key.revocation ? revocationFacts(scene, key, key.revocation) : [])));
}

function enrolmentFacts(scene: Scene, key: KeyAnswer, enrolment: KeyAnswer['enrolments'][number]): HTMLElement[] {
  const tell = words(scene);
  const { name, assurance, registrar, registrar_name: registrarName, entry, time } = enrolment;
  const bounds = ([['validFrom', enrolment.not_before], ['validUntil', enrolment.not_after]] as const)
    .flatMap(([word, at]) => (at === undefined ? [] : [clock(tell(word, { time: moment(scene, at).textContent ?? at }))]));
  return [
    ...fact(tell('keyEnrolled'), el('strong', { dir: 'auto' }, shown(name)), ', ', inEntry(scene, entry), ', ', moment(scene, time)),
    clock(by(scene, key, registrar, registrarName)),
    ...(assurance === '' ? [] : [clock(`${tell('assurance')}: ${shown(assurance)}`)]),
    ...bounds,
  ];
}

function revocationFacts(scene: Scene, key: KeyAnswer, revocation: NonNullable<KeyAnswer['revocation']>): HTMLElement[] {
  const { reason, entry, time, by: who, by_name: name } = revocation;
  return [
    ...fact(words(scene)('keyRevoked'), wordText(reasonWord(reason), scene.language), ', ', inEntry(scene, entry), ', ', moment(scene, time)),
    clock(by(scene, key, who, name)),
  ];
}

function inEntry(scene: Scene, index: number): HTMLElement {
  return el('a', { href: toEntry(index) }, words(scene)('inEntry', { index }));
}

function by(scene: Scene, key: KeyAnswer, who: string, name: string | undefined): string {
  const tell = words(scene);
  if (who === key.public_key) return tell('byItself');
  return name === undefined ? tell('byLedger') : tell('registrarName', { name: shown(name) });
}
