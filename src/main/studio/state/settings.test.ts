import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Keychain } from './settings.ts';
import { openSettings } from './settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'settings-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const PROXY = 'http://ann:pass@host:8080';
const keychain = (name: string): Keychain => ({
  seal: (secret) => Buffer.from(`${name}:${secret}`).toString('base64'),
  open: (sealed) => {
    const [owner, ...secret] = Buffer.from(sealed, 'base64').toString().split(':');
    return owner === name ? secret.join(':') : null;
  },
});
const written = (): string => readFileSync(path.join(folder, 'settings.json'), 'utf8');

describe('a proxy with a password', () => {
  test('is stored in the keychain and read from it', async () => {
    await (await openSettings(folder, keychain('a'))).change({ proxy: PROXY });
    expect(written()).not.toContain('pass');
    expect((await openSettings(folder, keychain('a'))).current().proxy).toBe(PROXY);
  });

  test('moves to the keychain as soon as there is one', async () => {
    await (await openSettings(folder)).change({ proxy: PROXY });
    expect(written()).toContain('pass');
    expect((await openSettings(folder, keychain('a'))).current().proxy).toBe(PROXY);
    expect(written()).not.toContain('pass');
  });

  test('is kept by a door that cannot open it until somebody changes it there', async () => {
    await (await openSettings(folder, keychain('a'))).change({ proxy: PROXY });
    const other = await openSettings(folder);
    expect(other.current().proxy).toBe('');
    await other.change({ theme: 'dark' });
    expect((await openSettings(folder, keychain('b'))).current().proxy).toBe('');
    expect((await openSettings(folder, keychain('a'))).current()).toMatchObject({ proxy: PROXY, theme: 'dark' });
    await other.change({ proxy: '' });
    expect((await openSettings(folder, keychain('a'))).current().proxy).toBe('');
  });
});
