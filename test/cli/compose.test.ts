import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { temporalArguments } from '../../cli/up/temporal-flags.ts';

const composeSchema = z.object({ services: z.record(z.string(), z.object({ command: z.string() })) });

describe('docker-compose.yml', () => {
  it('gives Temporal the settings that longshore up gives it', () => {
    const { services } = composeSchema.parse(parse(readFileSync('docker-compose.yml', 'utf8')));
    const places = { ip: '127.0.0.1', port: 7233, uiPort: 8233, databaseFile: '/data/temporal.db' };
    expect(services['temporal']?.command.split(/\s+/)).toEqual(temporalArguments({ ...places, logLevel: 'warn' }));
  });
});
