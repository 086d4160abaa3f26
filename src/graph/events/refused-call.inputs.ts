import { Field, ID, InputType, Int } from 'type-graphql';
import { DateTimeScalar } from '../scalars.ts';

@InputType({ description: 'SCIM calls from one address that were refused.' })
export class RefusedCallInput {
  @Field(() => String, { description: 'The IP address that they came from.' })
  address: string;

  @Field(() => Int, { description: 'How many they were.' })
  count: number;

  @Field(() => String, { description: 'The HTTP method of the last one.' })
  method: string;

  @Field(() => String, { description: 'The path of the last one, secrets masked.' })
  path: string;

  @Field(() => DateTimeScalar, { description: 'When the last one came.' })
  at: Date;
}

@InputType({ description: 'SCIM calls to one directory that were refused with the bearer of this request.' })
export class ReportRefusedCallsInput {
  @Field(() => ID, { description: 'The directory, as the address of the calls named it.' })
  directoryId: string;

  @Field(() => [RefusedCallInput], { description: 'The calls by address; of more than 100, the first.' })
  calls: RefusedCallInput[];
}
