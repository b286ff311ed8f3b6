import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../../../src/main/studio/config/loadConfig.ts';
import { resourcePath } from '../../../src/main/studio/state/resources.ts';
import type { Target } from '../target.ts';

export default function open(folder: string): Target {
  const file = path.join(folder, 'in.yaml');
  return {
    seeds: [
      readFileSync(resourcePath('default.yaml')),
      ...[
        'teacher:\n  architecture: efficientnet-b0\n  epochs_head: 3\nseed: 3\n',
        'a: &a [x,x]\nb: &b [*a,*a]\nteacher: *b\n',
        '? {a: 1}\n: 2\n--- \n!!binary aGk=\n',
        '<<: {seed: 1}\n__proto__: {x: 1}\n',
      ].map((text) => Buffer.from(text)),
    ],
    pieces: [
      '&a ',
      '*a',
      '<<: ',
      '!!',
      '---\n',
      '- ',
      '? ',
      ': ',
      '{',
      '[',
      '|',
      '>',
      '"',
      '\t',
      '__proto__: ',
      '1e999',
    ],
    read: (bytes) => {
      writeFileSync(file, bytes);
      return loadConfig({ file });
    },
  };
}
