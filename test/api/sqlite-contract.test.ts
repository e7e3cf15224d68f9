import { foundationsContract } from './contract/foundations-contract.ts';
import { startApi } from './running-api.ts';

foundationsContract(async () => {
  const api = await startApi();
  return { one: api, other: api, close: api.close };
});
