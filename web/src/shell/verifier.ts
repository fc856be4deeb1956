// verify.html: the verifier alone, in one file that opens from disk without a network.

import HashWorker from '../hashing/worker?worker&inline';
import { mountVerify } from '../verify';
import { startFrame } from './frame';
import { language, onLanguage } from './language';
import { readSettings } from './settings';

const settings = readSettings();
const root = document.getElementById('verify-flow');

startFrame(settings);
if (root) {
  mountVerify(root, {
    language: language(),
    onLanguage,
    ledger: null,
    policyText: settings.policy,
    build: settings.build,
    worker: () => new HashWorker(),
  });
}
