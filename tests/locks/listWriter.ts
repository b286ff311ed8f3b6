import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** Writes three new lists and is killed, or refused, when it renames for the given time, counted from 0. */
const [project, how, at] = process.argv.slice(2) as [string, 'kill' | 'refuse', string];
const { rename } = fs;
let renames = 0;
fs.rename = async (from, to) => {
  if (renames++ === Number(at)) {
    if (how === 'kill') process.kill(process.pid, 'SIGKILL');
    throw Object.assign(new Error('not permitted'), { code: 'EPERM' });
  }
  return rename(from, to);
};
syncBuiltinESMExports();

const { writeLabelFiles } = await import('../../src/main/studio/labels/saveChanges.ts');
const lists = { train: 'a.jpg,new\n', val: 'b.jpg,new\n', test: 'c.jpg,new\n' };
await writeLabelFiles(project, lists, `${project}-backups`);
