import { useEffect, useRef, useState } from 'react';
import type { BootstrapReply, BootstrapRequest } from './bootstrapWorker.ts';
import type { Counted } from './scores.ts';
import { useTune } from './tuneStore.ts';
import { column } from './images.ts';

/**
 * Bootstrap intervals of the selected label, computed in a worker; null while computing. With `tuned`, the threshold
 * was chosen on the same images, so the search is repeated in every resample.
 */
export function useIntervals(counted: Counted | null, label: number, k: number, tuned: boolean): BootstrapReply | null {
  const worker = useRef<Worker | null>(null);
  const wanted = useRef(0);
  const [reply, setReply] = useState<BootstrapReply | null>(null);
  const tune = useTune((state) => state.tune);
  useEffect(() => {
    const own = new Worker(new URL('./bootstrapWorker.ts', import.meta.url), { type: 'module' });
    own.onmessage = ({ data }: MessageEvent<BootstrapReply>) => {
      if (data.id === wanted.current) setReply(data);
    };
    worker.current = own;
    return () => own.terminate();
  }, []);
  useEffect(() => {
    setReply(null);
    if (counted === null || tune === null) return;
    const id = ++wanted.current;
    const timer = setTimeout(() => {
      const classes = tune.labels.length;
      const request: BootstrapRequest = {
        id,
        codes: column(counted.bytes.codes, classes, label),
        labels: column(counted.bytes.labels, classes, label),
        k,
        search: tuned && k === tune.found[label] ? tune.goal : null,
      };
      worker.current?.postMessage(request);
    }, 200);
    return () => clearTimeout(timer);
  }, [counted, label, k, tuned, tune]);
  return reply;
}
