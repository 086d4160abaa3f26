// The first minutes of an installation, and what a flood of tries meets: each with a service of its own.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { look } from '../harness/browser.ts';
import { expectHeading, type Scene, startScene } from './sign-in-scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(async () => {
  expect(scene.service.failures).toEqual([]);
  await scene.close();
});

describe('an installation without any organization', () => {
  it('is set up by the one-time link: mistakes are shown at their fields, then the owner is in', async () => {
    const link = await scene.service.domain.setUp.createLink();
    const page = await scene.open();
    await page.goto(`${scene.home}/sign-in/link/${link?.secret}`);
    await expectHeading(page, 'Set up your first organization');
    await look(page, '50-set-up');
    await page.getByLabel('Name of the organization').fill('Acme "Signage" & Co');
    await page.getByLabel('Company slug').fill('admin');
    await page.getByLabel('Your name').fill('Olive Owner');
    await page.getByLabel('Your e-mail address').fill('olive@acme.example');
    await page.getByRole('button', { name: 'Set up and sign in' }).click();
    await page.getByText('The slug is a reserved word.').waitFor();
    expect(await page.getByLabel('Name of the organization').inputValue()).toBe('Acme "Signage" & Co');
    await look(page, '51-set-up-mistake');
    await page.getByLabel('Company slug').fill('acme');
    await page.getByRole('button', { name: 'Set up and sign in' }).click();
    await expectHeading(page, 'Acme "Signage" & Co');
    await look(page, '52-set-up-done');
    await page.goto(`${scene.home}/sign-in/link/${link?.secret}`);
    await expectHeading(page, 'This link leads nowhere');
  });
});

describe('whoever tries slugs out', () => {
  it('has to wait after twenty', async () => {
    const page = await scene.open();
    for (let count = 0; count < 20; count += 1) await page.request.get(`${scene.home}/sso/guess-${count}`);
    await page.goto(`${scene.home}/sso/acme`);
    await expectHeading(page, 'Too many tries');
    await look(page, '53-rate-limited');
  });
});
