import type { App, Session } from 'electron';
import { expect, test } from 'vitest';
import { isOwnAddress, isOwnSender, lockDown, ORIGIN } from './security.ts';

test('only the top frame of our own address may call', () => {
  expect(isOwnSender({ url: `${ORIGIN}/#/p/data`, parent: null })).toBe(true);
  for (const url of [
    'https://evil.example/',
    'destila://studio.evil.example/',
    'destila://other/',
    'file:///etc/passwd',
    'data:text/html,x',
    'about:blank',
    '',
    'destila:studio',
  ])
    expect(isOwnSender({ url, parent: null }), url).toBe(false);
  expect(isOwnSender({ url: `${ORIGIN}/`, parent: {} })).toBe(false);
  expect(isOwnSender(null)).toBe(false);
});

test('only our own address may be opened', () => {
  expect(isOwnAddress(`${ORIGIN}/index.html`)).toBe(true);
  for (const address of [
    'destila://studio.evil/',
    'https://evil.example',
    `https://evil.example/${ORIGIN}/`,
    'file:///',
  ])
    expect(isOwnAddress(address), address).toBe(false);
});

test('permissions, devices, other addresses, windows and web views are denied to every page', () => {
  const asked: Record<string, (...input: unknown[]) => unknown> = {};
  const keep =
    (name: string) =>
    (handler: (...input: unknown[]) => unknown): void => {
      asked[name] = handler;
    };
  const on =
    (target: Record<string, (...input: unknown[]) => unknown>) =>
    (name: string, handler: (...input: unknown[]) => unknown): void => {
      target[name] = handler;
    };
  lockDown(
    { on: on(asked) } as unknown as App,
    {
      setPermissionRequestHandler: keep('request'),
      setPermissionCheckHandler: keep('check'),
      setDevicePermissionHandler: keep('device'),
    } as unknown as Session,
  );
  const granted = (permission: string, frame: object): unknown[] => {
    let answer: unknown;
    asked.request!(null, permission, (given: unknown) => void (answer = given), frame);
    return [answer, asked.check!(null, permission, ORIGIN, frame)];
  };
  const ours = { isMainFrame: true, requestingUrl: `${ORIGIN}/#/p/export` };
  for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal'])
    expect(granted(permission, ours), permission).toEqual([false, false]);
  expect(granted('clipboard-sanitized-write', ours)).toEqual([true, true]);
  for (const frame of [
    { isMainFrame: false, requestingUrl: `${ORIGIN}/` },
    { isMainFrame: true, requestingUrl: 'https://evil.example/' },
    { isMainFrame: true },
  ])
    expect(granted('clipboard-sanitized-write', frame), JSON.stringify(frame)).toEqual([false, false]);
  expect(asked.device!({})).toBe(false);
  const page: Record<string, (...input: unknown[]) => unknown> = {};
  asked['web-contents-created']!(null, {
    on: on(page),
    setWindowOpenHandler: (handler: (...input: unknown[]) => unknown) => {
      page.open = handler;
    },
  });
  const prevented = (name: string, ...input: unknown[]): boolean => {
    let stopped = false;
    page[name]!(
      {
        preventDefault: () => {
          stopped = true;
        },
      },
      ...input,
    );
    return stopped;
  };
  expect(prevented('will-navigate', `${ORIGIN}/index.html`)).toBe(false);
  for (const address of ['https://evil.example/', 'file:///etc/passwd', 'destila://studio.evil/'])
    expect(prevented('will-navigate', address), address).toBe(true);
  expect(prevented('will-redirect', `${ORIGIN}/`)).toBe(true);
  expect(prevented('will-attach-webview')).toBe(true);
  expect(page.open!({ url: `${ORIGIN}/` })).toEqual({ action: 'deny' });
});
