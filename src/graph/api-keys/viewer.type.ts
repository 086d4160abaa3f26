import { Field, ObjectType } from 'type-graphql';
import { OrganizationType } from '../organizations/organization.type.ts';
import { ActorType } from './actor.type.ts';

@ObjectType('Viewer', { simpleResolvers: true, description: 'Who asks: the API key of this request.' })
export class ViewerType {
  @Field(() => ActorType, { description: 'The key itself.' })
  actor: ActorType;

  @Field(() => OrganizationType, { description: 'The organization that the key belongs to; it opens no other.' })
  organization: OrganizationType;

  @Field(() => [String], { description: 'The permissions that the key acts with, in alphabetical order.' })
  permissions: string[];
}
