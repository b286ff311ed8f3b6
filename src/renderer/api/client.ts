import type { Input, Method, Output, PictureQuery } from '../../shared/contract/contract.ts';
import { contract, pictureQuery } from '../../shared/contract/contract.ts';
import type { StudioEvent } from '../../shared/contract/studio.ts';
import { eventSchema } from '../../shared/contract/studio.ts';
import { Problem } from '../../shared/problem.ts';
import { browserTransport } from './browser.ts';
import { desktopTransport } from './desktop.ts';
import type { Connection, Transport } from './transport.ts';

const transport: Transport = desktopTransport() ?? browserTransport();

/** Calls a method of the studio and validates the reply. Rejects with a Problem. */
export async function call<M extends Method>(method: M, input: Input<M>): Promise<Output<M>> {
  const reply = await transport.call(method, input);
  if ('problem' in reply) throw Problem.from(reply.problem);
  const parsed = contract[method].output.safeParse(reply.value);
  if (!parsed.success) throw new Problem('internal.answerNotUnderstood', { method }, parsed.error.message);
  return parsed.data as Output<M>;
}

export function listen(onEvent: (event: StudioEvent) => void, onConnection: (connection: Connection) => void): void {
  transport.listen((raw) => {
    const parsed = eventSchema.safeParse(raw);
    if (parsed.success) onEvent(parsed.data);
  }, onConnection);
}

/** Address of an image of a project. `version` changes when the file does. */
export function pictureUrl(project: string, path: string, picture: PictureQuery, version = ''): string {
  const query = new URLSearchParams({ ...pictureQuery(picture), path, ...(version === '' ? {} : { v: version }) });
  return transport.address(`/image/${encodeURIComponent(project)}?${query.toString()}`);
}

export const downloadUrl = (project: string, run: string, name: string): string =>
  transport.address(
    `/download/${encodeURIComponent(project)}/${encodeURIComponent(run)}?${new URLSearchParams({ name }).toString()}`,
  );

export const pathOf = (file: File): string | null => transport.pathOf(file);
export const chooseFolder = transport.chooseFolder;
