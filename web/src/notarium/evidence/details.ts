// Private details: committed to as exact bytes; whether they are I-JSON changes no verdict.

import { decodeUtf8 } from '../codec/bytes';
import { NotariumError } from '../codec/error';
import { isJsonObject, readIJson, type JsonObject } from './ijson';

/** Longest details, in bytes. */
export const MAX_DETAILS_BYTES = 32_000;

/** Reads details: an I-JSON object of 1 to 32,000 bytes. What throws here is to be shown as raw bytes. */
export function readDetails(details: Uint8Array): JsonObject {
  if (details.length < 1 || details.length > MAX_DETAILS_BYTES) {
    const message = `details of ${details.length} bytes, not 1 to ${MAX_DETAILS_BYTES}`;
    throw new NotariumError('details-length', message);
  }
  const text = decodeUtf8(details);
  if (text === null) throw new NotariumError('details-not-utf8', 'details are not valid UTF-8');
  const value = readIJson(text);
  if (!isJsonObject(value)) throw new NotariumError('not-an-object', 'details are not a JSON object');
  return value;
}
