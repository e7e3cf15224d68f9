const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', 'x86-64': 'amd64', aarch64: 'arm64' };

export type ImagePlatform = { readonly os: string; readonly architecture: string };

/** Whether an image is of the wanted `os[/arch[/variant]]`. Variants are left to the engine. */
export const isOfPlatform = (image: ImagePlatform, wanted: string): boolean => {
  const [first = '', second] = wanted.toLowerCase().split('/');
  const architecture = second ?? first;
  const isArchitecture = image.architecture === (ARCHITECTURES[architecture] ?? architecture);
  return second === undefined ? first === image.os || isArchitecture : first === image.os && isArchitecture;
};
