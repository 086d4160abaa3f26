import { Field, ID, InputType } from 'type-graphql';
import { JSONScalar } from '../scalars.ts';

@InputType({ description: 'Provisioning events of one directory.' })
export class ReportProvisioningEventsInput {
  @Field(() => ID, { description: 'The directory that the SCIM token is of.' })
  directoryId: string;

  @Field(() => JSONScalar, {
    description:
      'At most 5,000 objects `{ requestId, method, path, outcome, resourceId, detail, at }`, all texts but the object `detail`; `resourceId` and `detail` may be missing. JSON, because there is one for each read.',
  })
  events: unknown;
}
