// A certificate or a verification report as one file: HTML that prints on A4, or canonical JSON; the command line's, byte for byte,
// but for the drawing of the QR code.
//
// Both show one report and differ in what stands first: a certificate tells of a deposit, a report of a verification. A
// certificate does not carry the receipt, which may hold salts; it names it by its digest.

export { codeContent } from './code';
export { canonicalJson, documentJson } from './json';
export * from './made';
export { documentHtml } from './page';
