type Names = readonly (readonly [name: string, sign: RegExp])[];

/** The first that fits: each names those further down as well, for the pages that ask for them. */
const browsers: Names = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\b(?:OPR|OPT|Opera)\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|CriOS)\//],
  ['Safari', /\bVersion\/.*\bSafari\//],
];

const systems: Names = [
  ['iOS', /\b(?:iPhone|iPad|iPod)\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\bMac(?:intosh| OS X)\b/],
  ['Linux', /\bLinux\b/],
];

const LENGTH_MAX = 40;

/** A browser as people call it, such as "Chrome, Linux"; the beginning of what it says of itself where that is not known. */
export function browserName(userAgent: string | null): string {
  if (userAgent === null) return 'unknown';
  const [browser, system] = [browsers, systems].map((names) => names.find(([, sign]) => sign.test(userAgent))?.[0]);
  return browser && system ? `${browser}, ${system}` : userAgent.slice(0, LENGTH_MAX);
}
