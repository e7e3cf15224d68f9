import { z } from 'zod';

/** An entry of the Engine API's HostConfig.Mounts. */
export const engineMountSchema = z.strictObject({
  Type: z.enum(['bind', 'volume', 'tmpfs']),
  Target: z.string(),
  /** A host path or a volume's name; absent: a volume of the container's own, or none. */
  Source: z.string().optional(),
  ReadOnly: z.boolean().optional(),
  Consistency: z.string().optional(),
  BindOptions: z.strictObject({ Propagation: z.string(), NonRecursive: z.boolean() }).partial().optional(),
  VolumeOptions: z
    .strictObject({
      NoCopy: z.boolean(),
      Labels: z.record(z.string(), z.string()),
      DriverConfig: z.strictObject({ Name: z.string(), Options: z.record(z.string(), z.string()) }).partial(),
      Subpath: z.string(),
    })
    .partial()
    .optional(),
  TmpfsOptions: z.strictObject({ SizeBytes: z.number().int(), Mode: z.number().int() }).partial().optional(),
});
export type EngineMount = z.infer<typeof engineMountSchema>;
