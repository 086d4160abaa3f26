import { payloadType } from '../payload.ts';

export const ReportRefusedCallsPayload = payloadType(
  'ReportRefusedCallsPayload',
  'What reporting refused calls answers: always the same, whatever became of the report.',
  {},
);
