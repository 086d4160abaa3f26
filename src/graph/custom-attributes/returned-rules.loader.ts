import type { CustomResourceType } from '../../domain/custom-attributes/custom-schema.entity.ts';
import type { ReturnedRules } from '../../domain/custom-attributes/custom-tables.ts';
import type { BatchRead } from '../context.ts';

/** By resource type; asked for with every record, read once a request. */
export const returnedRulesByType: BatchRead<ReturnedRules | null> = (domain, actor, resourceTypes) =>
  Promise.all(
    resourceTypes.map((resourceType) => domain.customSchemas.returnedRules(actor, resourceType as CustomResourceType)),
  );
