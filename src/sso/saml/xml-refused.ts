/** The text is no XML that is read here; the message says why, without quoting the text. */
export class XmlRefused extends Error {}
