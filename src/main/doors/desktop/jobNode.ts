import { existsSync } from 'node:fs';
import path from 'node:path';
import { Problem } from '../../../shared/problem.ts';
import { outsideArchive } from '../../jobs/launch.ts';

/** Where this program runs. Tests make up other systems. */
export interface Place {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** The package's folder of resources. */
  readonly resources: string;
  /** The Node that started a development tree; undefined in a package. */
  readonly starter: string | undefined;
  /** Finds a file of an npm package; throws if the package is not installed. */
  resolve(name: string): string;
}

/**
 * The Node that jobs run in: from the npm package for this system, from the package's resources on macOS, for which npm
 * has none, or the one that started the development tree.
 */
export function jobNode(place: Place): string {
  const found = [fromNpm(place), path.join(place.resources, 'node', 'bin', 'node'), place.starter].find(
    (file) => file !== undefined && existsSync(file),
  );
  if (found === undefined) throw new Problem('internal.nodeMissing', { system: `${place.platform}-${place.arch}` });
  return found;
}

function fromNpm({ platform, arch, resolve }: Place): string | undefined {
  const windows = platform === 'win32';
  try {
    const described = resolve(`node-${windows ? 'win' : platform}-${arch}/package.json`);
    return outsideArchive(path.join(path.dirname(described), 'bin', windows ? 'node.exe' : 'node'));
  } catch {
    return undefined;
  }
}
