import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { control, debVersion, makeDeb } from '../../scripts/package/deb.ts';
import { writeIcons } from '../../scripts/icons.ts';

const about = {
  version: '1.2.0-beta.1',
  description: 'A studio that turns photos into a model, described in a sentence that is longer than one line can be.',
  author: { name: 'Someone', email: 'someone@example.org' },
};

test('a pre-release sorts before its release, as dpkg compares versions', () => {
  expect(debVersion('1.2.0-beta.1')).toBe('1.2.0~beta.1');
  expect(debVersion('1.2.0')).toBe('1.2.0');
});

test('the control file has one field per line and no line of the description is too long', () => {
  const lines = control(about, 'arm64', 1234).trimEnd().split('\n');
  expect(lines).toContain('Version: 1.2.0~beta.1');
  expect(lines).toContain('Architecture: arm64');
  expect(lines).toContain('Maintainer: Someone <someone@example.org>');
  expect(lines).toContain('Installed-Size: 1234');
  const description = lines.slice(lines.findIndex((line) => line.startsWith('Description:')));
  expect(Math.max(...description.map((line) => line.length))).toBeLessThanOrEqual(80);
  for (const line of description.slice(1)) expect(line).toMatch(/^ \S/);
});

test.skipIf(!existsSync('/usr/bin/dpkg-deb'))(
  "dpkg reads the package: root's files, a set-uid sandbox helper, both commands, and launcher, icons and licenses in place",
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'destila-deb-test-'));
    try {
      const unpacked = path.join(folder, 'unpacked');
      mkdirSync(path.join(unpacked, 'resources', 'bin'), { recursive: true });
      for (const name of ['destila-studio', 'chrome-sandbox', 'resources/bin/destila'])
        writeFileSync(path.join(unpacked, name), '#!/bin/sh\n', { mode: 0o700 });
      writeFileSync(path.join(unpacked, 'LICENSE'), 'MIT', { mode: 0o600 });
      await writeIcons(path.join(folder, 'icons'));
      const file = makeDeb({ unpacked, icons: path.join(folder, 'icons'), folder, about, arch: 'x64' });
      expect(path.basename(file)).toBe('destila-studio_1.2.0~beta.1_amd64.deb');
      const listed = execFileSync('dpkg-deb', ['--contents', file], { encoding: 'utf8' }).split('\n');
      const line = (name: string): string => listed.find((one) => one.includes(` ./${name}`)) ?? '';
      expect(line('opt/destila-studio/chrome-sandbox')).toMatch(/^-rwsr-xr-x root\/root/);
      expect(line('opt/destila-studio/destila-studio')).toMatch(/^-rwxr-xr-x root\/root/);
      expect(line('opt/destila-studio/LICENSE')).toMatch(/^-rw-r--r-- root\/root/);
      expect(line('usr/bin/destila ')).toContain('-> /opt/destila-studio/resources/bin/destila');
      expect(line('usr/bin/destila-studio ')).toContain('-> /opt/destila-studio/destila-studio');
      for (const name of [
        'opt/destila-studio/resources/apparmor-profile',
        'usr/share/applications/destila-studio.desktop',
        'usr/share/metainfo/studio.destila.Studio.metainfo.xml',
        'usr/share/icons/hicolor/16x16/apps/destila-studio.png',
        'usr/share/icons/hicolor/1024x1024/apps/destila-studio.png',
        'usr/share/icons/hicolor/scalable/apps/destila-studio.svg',
        'usr/share/doc/destila-studio/copyright',
      ])
        expect(line(name), name).toMatch(/^-rw-r--r-- root\/root/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
