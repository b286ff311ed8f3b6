import { tfjsVariants } from '../../pipeline/engine/tfjs/requirements.ts';
import type { TfjsVariant } from '../../pipeline/engine/tfjs/requirements.ts';

/** The newest TensorFlow whose library the binding of tfjs-node 4.22 was tried with. */
export const TENSORFLOW_VERSION = '2.16.2';

/** What `tensorflow[and-cuda]` 2.16.2 asks for, by its own metadata. */
const CUDA_PACKAGES = [
  'nvidia-cublas-cu12==12.3.4.1', 'nvidia-cuda-cupti-cu12==12.3.101', 'nvidia-cuda-nvcc-cu12==12.3.107', 'nvidia-cuda-nvrtc-cu12==12.3.107', 'nvidia-cuda-runtime-cu12==12.3.101', 'nvidia-cudnn-cu12==8.9.7.29',
  'nvidia-cufft-cu12==11.0.12.1', 'nvidia-curand-cu12==10.3.4.107', 'nvidia-cusolver-cu12==11.5.4.101', 'nvidia-cusparse-cu12==12.2.0.103', 'nvidia-nccl-cu12==2.19.3', 'nvidia-nvjitlink-cu12==12.3.101',
];

export interface PythonPackages {
  readonly packages: readonly string[];
  /** For people. */
  readonly names: string;
  readonly downloadBytes: number;
  /** Of what stays. */
  readonly diskBytes: number;
}

export function pythonPackages(variant: TfjsVariant): PythonPackages {
  return variant === tfjsVariants.cpu
    ? { packages: [`tensorflow-cpu==${TENSORFLOW_VERSION}`], names: `TensorFlow ${TENSORFLOW_VERSION} for the processor`, downloadBytes: 220e6, diskBytes: 610e6 }
    : { packages: [`tensorflow==${TENSORFLOW_VERSION}`, ...CUDA_PACKAGES], names: `TensorFlow ${TENSORFLOW_VERSION} with CUDA 12.3 and cuDNN 8.9 (NVIDIA's own licences)`, downloadBytes: 2400e6, diskBytes: 3900e6 };
}
