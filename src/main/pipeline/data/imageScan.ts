import type { Message } from '../../../shared/message.ts';
import type { ImageFormat } from './imageFormats.ts';

/** What a file's bytes say about it. The scan stays valid while the file's size and modification time are the same. */
export interface ImageScan {
  /** Bytes. */
  readonly size: number;
  /** Modification time, in milliseconds since 1970. */
  readonly mtimeMs: number;
  /** sha256, hex. */
  readonly hash: string;
  /** Upright size in pixels; 0 if the header cannot be read. */
  readonly width: number;
  readonly height: number;
  /** Null when the file is not an image that can be opened. */
  readonly format: ImageFormat | null;
  readonly fault: 'imageKind' | 'notAnImage' | 'truncated' | 'tooLarge' | null;
  /** With the fault 'imageKind': the format and what to do about it. */
  readonly reason: Message | null;
  /** What the decoder reported. */
  readonly detail: string | null;
  /** True for a JPEG that has all its rows but no end marker: other programs may warn about it. */
  readonly endMarkerMissing: boolean;
}
