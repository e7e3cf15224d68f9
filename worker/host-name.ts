import { hostname } from 'node:os';

/** This machine's name as a Longshore host name: lower case, first label, nothing but letters, digits and dashes. */
export function ownHostName(): string {
  const label = (hostname().split('.')[0] ?? '').toLowerCase().replaceAll(/[^a-z0-9-]/g, '-');
  return label.replace(/^-+/, '').slice(0, 63) || 'host';
}
