// The one error of this library: a stable code, a sentence, and whether it says "wrong" or "not understood".

export class NotariumError extends Error {
  /** The stable name of the error; the same as the vectors' and the command line's. */
  readonly code: string;
  /** Whether this version cannot tell, as against knowing that it is wrong. */
  readonly unknown: boolean;

  constructor(code: string, message: string, unknown = false) {
    super(message);
    this.name = 'NotariumError';
    this.code = code;
    this.unknown = unknown;
  }
}

/** Runs `read`; a `NotariumError` is given to `wrap`, anything else goes on. */
export function wrapping<T>(read: () => T, wrap: (error: NotariumError) => NotariumError): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof NotariumError ? wrap(error) : error;
  }
}

/** What `read` gives, or the `NotariumError` that it throws. */
export function attempt<T>(read: () => T): T | NotariumError {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotariumError) return error;
    throw error;
  }
}
