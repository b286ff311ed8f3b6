import { expect, test } from 'vitest';
import { isOwnAddress, isOwnSender, ORIGIN } from './security.ts';

test('only the top frame of our own address may call', () => {
  expect(isOwnSender({ url: `${ORIGIN}/#/p/data`, parent: null })).toBe(true);
  for (const url of ['https://evil.example/', 'destila://studio.evil.example/', 'destila://other/', 'file:///etc/passwd', 'data:text/html,x', 'about:blank', '', 'destila:studio']) expect(isOwnSender({ url, parent: null }), url).toBe(false);
  expect(isOwnSender({ url: `${ORIGIN}/`, parent: {} })).toBe(false);
  expect(isOwnSender(null)).toBe(false);
});

test('only our own address may be gone to', () => {
  expect(isOwnAddress(`${ORIGIN}/index.html`)).toBe(true);
  for (const address of ['destila://studio.evil/', 'https://evil.example', `https://evil.example/${ORIGIN}/`, 'file:///']) expect(isOwnAddress(address), address).toBe(false);
});
