import type Docker from 'dockerode';
import { importBusyboxImage } from '../provision/busybox-image.ts';
import type { Console } from '../provision/console.ts';

const PUBLIC_IMAGE = 'busybox:1.37';
const OWN_IMAGE = 'longshore-demo/busybox:latest';
/** An engine without the internet may try for minutes. */
const PULL_MS = 60_000;

const pull = async (engine: Docker, image: string): Promise<void> => {
  const abortSignal = AbortSignal.timeout(PULL_MS);
  const progress = await engine.pull(image, { abortSignal });
  await new Promise<void>((resolve, reject) => {
    abortSignal.addEventListener('abort', () => reject(new Error(`not within ${PULL_MS / 1000} s`)), { once: true });
    engine.modem.followProgress(progress, (error) => (error === null ? resolve() : reject(error)));
  });
};

/** An image with a shell and awk on the engine: the public one, or one made here where that cannot be pulled. */
export const demoImage = async (engine: Docker, console: Console): Promise<string> => {
  const present = await engine.listImages({ filters: { reference: [PUBLIC_IMAGE] } });
  if (present.length > 0) return PUBLIC_IMAGE;
  try {
    console.say(`Pulling ${PUBLIC_IMAGE}.`);
    await pull(engine, PUBLIC_IMAGE);
    return PUBLIC_IMAGE;
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    console.say(
      `${PUBLIC_IMAGE} cannot be pulled (${because.trim()}); making ${OWN_IMAGE} from this system's busybox instead.`,
    );
    await importBusyboxImage(engine, OWN_IMAGE, console);
    return OWN_IMAGE;
  }
};
