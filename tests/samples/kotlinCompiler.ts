import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

interface KotlinCompiler {
  /** Compiles to a .jar. Returns what the compiler says; empty when it has no complaint. */
  readonly compile: (sources: readonly string[], jar: string) => string;
  /** Runs a main class. Returns its error output. */
  readonly run: (jar: string, main: string, argument: string) => string;
}

/**
 * The compiler in the .jar files of the folder DESTILA_KOTLIN_JARS, such as lib/ of Kotlin's compiler or
 * run_kotlin_kernel/jars of the PyPI package kotlin-jupyter-kernel; otherwise `kotlinc` from the PATH. Null when there
 * is none.
 */
export function kotlinCompiler(): KotlinCompiler | null {
  const jars = process.env['DESTILA_KOTLIN_JARS'];
  if (jars !== undefined && jars !== '') return fromJars(jars);
  return spawnSync('kotlinc', ['-version']).status === 0 ? fromPath : null;
}

const said = (command: string, args: readonly string[]): string => {
  const { error, status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined) return error.message;
  return status === 0 ? stderr : `${stdout}${stderr}`;
};

function fromJars(folder: string): KotlinCompiler {
  const library = readdirSync(folder).find((name) => /^kotlin-stdlib(-\d.*)?\.jar$/.test(name));
  if (library === undefined) throw new Error(`${folder} has no kotlin-stdlib.jar.`);
  const stdlib = path.join(folder, library);
  const compilation = ['-no-stdlib', '-no-reflect', '-Werror', '-classpath', stdlib];
  return {
    compile: (sources, jar) =>
      said('java', [
        '-cp',
        path.join(folder, '*'),
        'org.jetbrains.kotlin.cli.jvm.K2JVMCompiler',
        ...compilation,
        ...sources,
        '-d',
        jar,
      ]),
    run: (jar, main, argument) => said('java', ['-cp', [jar, stdlib].join(path.delimiter), main, argument]),
  };
}

const fromPath: KotlinCompiler = {
  compile: (sources, jar) => said('kotlinc', ['-Werror', '-include-runtime', ...sources, '-d', jar]),
  run: (jar, main, argument) => said('java', ['-cp', jar, main, argument]),
};
