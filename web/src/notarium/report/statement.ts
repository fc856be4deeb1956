// Steps 2 to 4: the evidence, the submitter's signature, and what is disclosed.

import { NotariumError, attempt } from '../codec/error';
import { equal } from '../codec/bytes';
import { encodeHex } from '../codec/text';
import type { Digests } from '../crypto/digest';
import { isEnrol, isEvidence, isRotate, isUnknownBody, type Evidence } from '../evidence/body';
import { readDetails } from '../evidence/details';
import {
  commitToDetails,
  plainFingerprint,
  sameFingerprint,
  saltedFingerprint,
  type Fingerprint,
} from '../evidence/fingerprint';
import { isKnownSuite } from '../evidence/key';
import { checkConsent, checkSignature, type SignedStatement } from '../evidence/statement';
import type { Disclosure } from '../ledger/disclosure';
import { recordedFacts, type Facts } from './facts';
import { judgeFolder } from './folder';
import { judgeMember } from './member';
import { say, type Sentence } from './sentence';
import { and, check, type Check, type Outcome } from './verdict';

/** Steps 2 to 4 over the statement of an entry that could be read. */
export function checkStatement(disclosed: Disclosure, evidence: Digests | null, facts: Facts): Check[] {
  const { statement } = disclosed;
  if (statement instanceof NotariumError) {
    return noStatement(say('statement-not-understood', { error: statement.message }), disclosed);
  }
  record(statement, facts);
  const signature = judgeSignature(statement);
  const { body } = statement;
  if (!isEvidence(body)) {
    const why = say(isUnknownBody(body) ? 'kind-not-understood' : 'evidence-none', { kind: statement.kind });
    return [check('evidence', 'not-made', why), signature, nothingDisclosed(disclosed)];
  }
  const compared = compare(statement, body, disclosed, evidence, facts.evidence);
  facts.times.claimed = body.claimedTime === 0 ? null : body.claimedTime;
  return [compared.check, signature, judgeDisclosure(statement, body, disclosed, compared.saltHolds, facts)];
}

/** Steps 2 to 4 when there is no statement to make them on, because of `why`. */
export function noStatement(why: Sentence, disclosed: Disclosure): Check[] {
  return [check('evidence', 'not-made', why), check('signature', 'not-made', why), nothingDisclosed(disclosed)];
}

function record({ id, kind, key, body }: SignedStatement, facts: Facts): void {
  facts.statement = {
    id: encodeHex(id),
    kind,
    suite: key.suite,
    publicKey: encodeHex(key.publicKey),
    continues: isEvidence(body) && body.continues ? encodeHex(body.continues) : null,
  };
}

interface Compared {
  readonly check: Check;
  /** Whether the disclosed salt led to the deposited digests. */
  readonly saltHolds: boolean;
}

/** Step 2: digests and length equal the statement's, after salting where it is salted; and a folder holds its manifest. */
function compare(
  statement: SignedStatement,
  { fingerprint: recorded }: Evidence,
  { evidenceSalt }: Disclosure,
  evidence: Digests | null,
  facts: Facts['evidence'],
): Compared {
  facts.salted = recorded.salted;
  facts.recorded = recordedFacts(recorded);
  const notMade = (why: Sentence): Compared => ({ check: check('evidence', 'not-made', why), saltHolds: false });
  if (!evidence) return notMade(say('evidence-not-given'));
  if (recorded.salted && !evidenceSalt) return notMade(say('salt-withheld'));
  if (recorded.salted && !isKnownSuite(statement.key)) return notMade(suiteNotUnderstood(statement));
  const computed = recorded.salted
    ? saltedFingerprint(evidence, evidenceSalt!, statement.key.publicKey)
    : plainFingerprint(evidence);
  if (recorded.salted) facts.computedSalted = recordedFacts(computed);
  const same = sameFingerprint(computed, recorded);
  const why = same
    ? say(recorded.salted ? 'evidence-equal-salted' : 'evidence-equal', { length: evidence.length })
    : difference(computed, recorded, evidence);
  const own = check('evidence', same ? 'passed' : 'failed', why);
  const files = [...(facts.folder ? [judgeFolder(facts.folder)] : []), ...(facts.member ? [judgeMember(facts.member)] : [])];
  return {
    check: files.reduce((whole, part) => and(whole, ...part), own),
    saltHolds: same && recorded.salted,
  };
}

/** Which of the digests and the length differ. */
function difference(computed: Fingerprint, recorded: Fingerprint, evidence: Digests): Sentence {
  const word = (same: boolean): { word: 'equals' | 'differs' } => ({ word: same ? 'equals' : 'differs' });
  const common = {
    sha256: word(equal(computed.sha256, recorded.sha256)),
    sm3: word(equal(computed.sm3, recorded.sm3)),
    given: evidence.length,
  };
  if (recorded.salted) return say('evidence-differs-salted', common);
  const length = word(computed.length === recorded.length);
  return say('evidence-differs', { ...common, length, recorded: recorded.length });
}

function suiteNotUnderstood({ key }: SignedStatement): Sentence {
  return say('suite-not-understood', { suite: key.suite });
}

/** Step 3: the submitter's signature over the statement, and the consent that an enrolment or a rotation carries. Both are judged. */
function judgeSignature(statement: SignedStatement): Check {
  const key = encodeHex(statement.key.publicKey);
  const names = isEnrol(statement.body) || isRotate(statement.body) ? statement.body.key : null;
  const outer = attempt(() => checkSignature(statement));
  const consent = attempt(() => checkConsent(statement));
  const errors = [outer, consent].filter((found): found is NotariumError => found instanceof NotariumError);
  // A suite that is not understood must not hide a signature that is bad.
  const error = errors.find((found) => !found.unknown) ?? errors[0];
  if (!error) {
    return check('signature', 'passed', say(names ? 'consent-valid' : 'signature-valid', { key }));
  }
  if (error.unknown) {
    const suite = outer instanceof NotariumError || !names ? statement.key : names;
    return check('signature', 'not-made', say('suite-not-understood', { suite: suite.suite, key }));
  }
  return check('signature', 'failed', say(error.code === 'bad-consent' ? 'consent-bad' : 'signature-bad', { key }));
}

/** Step 4 where nothing can be compared: it passes if nothing is disclosed. */
function nothingDisclosed({ evidenceSalt, details }: Disclosure): Check {
  return evidenceSalt === null && details === null
    ? check('disclosure', 'passed', say('nothing-disclosed'))
    : check('disclosure', 'not-made', say('disclosure-not-made'));
}

type Part = readonly [Outcome, Sentence];

/** Step 4: the disclosed salt and the disclosed details each match their commitment. */
function judgeDisclosure(
  statement: SignedStatement,
  body: Evidence,
  disclosed: Disclosure,
  saltHolds: boolean,
  facts: Facts,
): Check {
  const salt: Part[] = !disclosed.evidenceSalt
    ? []
    : [saltHolds ? ['passed', say('salt-matches')] : ['not-made', say('salt-not-made')]];
  const [first, ...rest] = [...salt, ...judgeDetails(statement, body, disclosed, facts)];
  const nothing: Part = ['passed', say(body.details ? 'details-withheld' : 'nothing-disclosed')];
  return rest.reduce((whole, part) => and(whole, ...part), check('disclosure', ...(first ?? nothing)));
}

/** The part of step 4 that is about details: compared as bytes, then read. */
function judgeDetails(statement: SignedStatement, body: Evidence, { details }: Disclosure, facts: Facts): Part[] {
  if (!details) return [];
  if (!body.details) return [['failed', say('details-none')]];
  if (!isKnownSuite(statement.key)) return [['not-made', suiteNotUnderstood(statement)]];
  if (!equal(commitToDetails(details.salt, statement.key.publicKey, details.json), body.details)) {
    return [['failed', say('details-differ')]];
  }
  const object = attempt(() => readDetails(details.json));
  if (object instanceof NotariumError) {
    facts.details = { raw: details.json };
    return [['passed', say('details-match')], ['passed', say('details-malformed', { error: object.message })]];
  }
  facts.details = { object };
  return [['passed', say('details-match')]];
}
