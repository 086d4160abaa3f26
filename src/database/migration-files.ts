import { readdir } from 'node:fs/promises';

const FOLDER = new URL('../../migrations/', import.meta.url);
const FILE = /^\d+-.*\.ts$/;

/** The names of the migrations, in their order. */
export async function migrationNames(): Promise<string[]> {
  const files = (await readdir(FOLDER)).filter((file) => FILE.test(file)).sort();
  return files.map((file) => file.replace(/\.ts$/, ''));
}

/** Where the migration of that name stands. Node runs its TypeScript as it is. */
export function migrationUrl(name: string): string {
  return new URL(`${name}.ts`, FOLDER).href;
}
