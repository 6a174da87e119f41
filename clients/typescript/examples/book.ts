// Three people meet through both products of a running gateway: `./run-against-gateway.sh`, or
// BASE_URL=http://localhost:8000 ADMIN_EMAIL=… ADMIN_PASSWORD=… node build/examples/book.js
import assert from 'node:assert/strict';

import { createClient, createConfig } from '../src/client/index.js';
import type { Client } from '../src/client/index.js';
import {
  accountsLogin,
  consultationsApplicationsReview,
  consultationsApplicationsSubmit,
  consultationsBook,
  consultationsConfirm,
  consultationsExpertsSearch,
  consultationsHoursReplace,
  consultationsSlotsList,
  meetingsAvailabilityAdd,
  meetingsRequest,
  meetingsSkillsAdd,
  meetingsSlotsList,
  meetingsStatusChange,
  meetingsUsersRegister,
  meetingsUsersSearch,
} from '../src/index.js';

const baseUrl = setting('BASE_URL');
const run = Date.now().toString(36);
const everyDay = [0, 1, 2, 3, 4, 5, 6];

function setting(name: string): string {
  const value = process.env[name];
  assert(value, `${name} is not set`);
  return value;
}

/** A client that sends this token, or none. */
function client(token?: string): Client {
  return createClient(createConfig({ baseUrl, ...(token === undefined ? {} : { auth: token }) }));
}

interface Told<Data, Refusal> {
  data: Data | undefined;
  error: Refusal | undefined;
  response: Response;
}

/** The answer, or the end of this script with what was refused. */
async function ok<Data>(call: Promise<Told<Data, unknown>>): Promise<Data> {
  const { data, error, response } = await call;
  if (data === undefined) throw new Error(`${response.status} ${response.url} ${JSON.stringify(error)}`);
  return data;
}

/** The refusal, in the type that the document gives it; that it has this status and code is checked. */
async function refused<Refusal extends { code: string }>(
  call: Promise<Told<unknown, Refusal>>,
  status: number,
  code: string,
): Promise<Refusal> {
  const { error, response } = await call;
  assert(error, `${response.url} was not refused`);
  assert.deepEqual([response.status, error.code], [status, code], JSON.stringify(error));
  return error;
}

/** Free times that come with some refusals. */
function alternatives(refusal: object): unknown[] {
  assert('alternatives' in refusal && Array.isArray(refusal.alternatives), JSON.stringify(refusal));
  return refusal.alternatives;
}

async function join(name: string): Promise<{ id: number; as: Client }> {
  const username = `${name}-${run}`;
  const body = { username, email: `${username}@example.org`, password: 'correct horse battery' };
  const { id, token } = await ok(meetingsUsersRegister({ client: client(), body }));
  return { id, as: client(token) };
}

async function meet(ada: Client, cem: Client, eva: { id: number; as: Client }): Promise<void> {
  const skill = `Weaving ${run}`;
  await ok(meetingsSkillsAdd({ client: eva.as, body: { skill_name: skill, proficiency_level: 'expert' } }));
  for (const day_of_week of everyDay) {
    await ok(meetingsAvailabilityAdd({ client: eva.as, body: { day_of_week, start_time: '09:00', end_time: '17:00' } }));
  }

  const [found] = await ok(meetingsUsersSearch({ client: ada, query: { skill } }));
  assert.equal(found?.id, eva.id);
  const [slot] = await ok(meetingsSlotsList({ client: ada, path: { id: eva.id }, query: { days: 7 } }));
  assert(slot, 'nothing is free in a week');
  const body = { title: 'The first warp', expert_id: eva.id, ...slot };
  const meeting = await ok(meetingsRequest({ client: ada, body }));
  console.log(`meeting ${meeting.id}: ${meeting.status}, ${meeting.scheduled_start}`);

  const taken = await refused(meetingsRequest({ client: cem, body }), 409, 'slot_taken');
  console.log(`the same time again: ${taken.code}, "${taken.error}", free instead:`, alternatives(taken)[0]);

  const { status } = await ok(
    meetingsStatusChange({ client: eva.as, path: { id: meeting.id }, body: { status: 'confirmed' } }),
  );
  console.log(`meeting ${meeting.id}: ${status}`);
}

async function consult(ada: Client, eva: { id: number; as: Client }): Promise<void> {
  const application = await ok(
    consultationsApplicationsSubmit({
      client: eva.as,
      body: {
        name: 'Eva Weaver',
        email: `eva-${run}@example.org`,
        specialty: 'career',
        experience_years: 9,
        bio: 'Twenty looms, and the people who worked at them.',
      },
    }),
  );
  const { access } = await ok(
    accountsLogin({ client: client(), body: { email: setting('ADMIN_EMAIL'), password: setting('ADMIN_PASSWORD') } }),
  );
  const approve = { client: client(access), path: { id: application.id }, body: { action: 'approve' } } as const;
  await ok(consultationsApplicationsReview(approve));
  const hours = everyDay.map((day_of_week) => ({
    day_of_week,
    start_time: '09:00',
    end_time: '17:00',
    timezone: 'Europe/Berlin',
  }));
  await ok(consultationsHoursReplace({ client: eva.as, body: hours }));

  const experts = await ok(consultationsExpertsSearch({ client: ada, query: { specialty: 'career' } }));
  assert(experts.results.some((expert) => expert.id === eva.id));
  const date = new Date(Date.now() + 9 * 24 * 3600 * 1000).toISOString().slice(0, 10);
  const { slots } = await ok(consultationsSlotsList({ client: ada, path: { id: eva.id }, query: { date } }));
  const slot = slots[0];
  assert(slot, `nothing is free on ${date}`);
  const wish = { expert_id: eva.id, consultation_type: 'video', scheduled_at: slot.start } as const;
  const consultation = await ok(consultationsBook({ client: ada, body: wish }));
  console.log(`consultation ${consultation.id}: ${consultation.status}, ${slot.local} in ${slot.timezone}`);

  const night = { ...wish, scheduled_at: `${date}T01:00:00Z` };
  const outside = await refused(consultationsBook({ client: ada, body: night }), 400, 'outside_hours');
  console.log(`at night: ${outside.code}, "${outside.error}", free instead:`, alternatives(outside)[0]);

  const { status } = await ok(consultationsConfirm({ client: eva.as, path: { id: consultation.id } }));
  assert.equal(status, 'confirmed');
  console.log(`consultation ${consultation.id}: ${status}`);
}

const [ada, cem, eva] = [await join('ada'), await join('cem'), await join('eva')];
await meet(ada.as, cem.as, eva);
await consult(ada.as, eva);
