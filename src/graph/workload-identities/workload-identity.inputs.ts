import { Field, ID, InputType } from 'type-graphql';
import type { Scope } from '../../domain/actors/scope.ts';
import { DirectoryScopeEnum } from '../oauth-clients/directory-scope.ts';

@InputType({ description: 'The workload identity of a directory, over an earlier one too.' })
export class SetWorkloadIdentityInput {
  @Field(() => ID, { description: 'The directory that its access tokens shall open.' })
  directoryId: string;

  @Field(() => String, { description: "Entra's Directory (tenant) ID: the claim `tid`." })
  tenantId: string;

  @Field(() => String, {
    description: 'The claim `aud`, such as `api://` and the Application ID; an ending `/.default` is left out.',
  })
  audience: string;

  @Field(() => String, { description: 'The claim `sub`.' })
  subject: string;

  @Field(() => String, {
    nullable: true,
    description: 'The claim `azp` or `appid`; the application that the audience names when absent.',
  })
  authorizedParty?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The claim `iss`; the tenant's own issuer of version 2 when absent.",
  })
  issuer?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Where the issuer's keys are; found by OpenID discovery when absent.",
  })
  jwksUri?: string | null;

  @Field(() => [DirectoryScopeEnum], {
    nullable: true,
    description: 'What its access tokens may do at most; everything when absent.',
  })
  scopes?: Scope[] | null;
}

@InputType({ description: 'The workload identity of a directory to take away.' })
export class RemoveWorkloadIdentityInput {
  @Field(() => ID, { description: 'The directory.' })
  directoryId: string;
}
