import type { AccessQuestion } from '../../../clients/kubernetes/client.ts';
import type { Inspection } from '../../contract.ts';
import { fine, problem, warning } from './found.ts';
import { CHAOS_MESH_NAMESPACE, type Need, needsOf } from './needs.ts';
import type { Subject } from './subject.ts';

interface Asked {
  need: Need;
  question: AccessQuestion;
}

/** Asks the API server for every verb that will be used. */
export async function checkPermissions(subject: Subject, signal: AbortSignal): Promise<Inspection[]> {
  const unique = questionsFor(needsOf(subject.manifest, subject.observed, subject.mayDelete), subject);
  const answers = await Promise.all(
    unique.map(async (asked) => ({ ...asked, answer: await subject.kube.allowed(asked.question, signal) })),
  );
  const unanswered = answers.find(({ answer }) => !answer.ok);
  if (unanswered && !unanswered.answer.ok)
    return [problem(`what is allowed cannot be asked: ${unanswered.answer.message}`, commandOf(unanswered.question))];
  const denied = answers.filter(({ answer }) => answer.ok && !answer.value.allowed);
  const lines = denied.map(({ need, question }) =>
    (need.required ? problem : warning)(`not allowed: ${inWords(question)} (${need.why})`, commandOf(question)),
  );
  return denied.length === 0 ? [fine(`all ${unique.length} permissions are granted`)] : lines;
}

/** Each question once. What is needed and merely useful at once is needed. */
function questionsFor(needs: readonly Need[], subject: Subject): Asked[] {
  const all = needs.flatMap((need) => questionsOf(need, subject));
  const byWeight = [...all.filter(({ need }) => !need.required), ...all.filter(({ need }) => need.required)];
  return [...new Map(byWeight.map((asked) => [commandOf(asked.question), asked])).values()];
}

function questionsOf(need: Need, subject: Subject): Asked[] {
  return need.verbs.flatMap((verb) =>
    placesOf(need, subject).map((namespace) => ({
      need,
      question: {
        verb,
        group: need.group,
        resource: need.resource,
        ...(need.subresource ? { subresource: need.subresource } : {}),
        ...(namespace === undefined ? {} : { namespace }),
      },
    })),
  );
}

function placesOf({ where }: Need, { namespaces, namespace }: Subject): (string | undefined)[] {
  if (where === 'targets') return [...namespaces];
  if (where === 'object') return [namespace];
  return where === 'chaos-mesh' ? [CHAOS_MESH_NAMESPACE] : [undefined];
}

function inWords({ verb, namespace, ...question }: AccessQuestion): string {
  return `${verb} ${resourceName(question)}${namespace === undefined ? '' : ` in ${namespace}`}`;
}

/** In full, since short names of Chaos Mesh are those of other programs as well. */
function commandOf({ verb, namespace, subresource, ...question }: AccessQuestion): string {
  const place = namespace === undefined ? '' : ` -n ${namespace}`;
  return `kubectl auth can-i ${verb} ${resourceName(question)}${subresource ? ` --subresource=${subresource}` : ''}${place}`;
}

function resourceName({
  resource,
  group,
  subresource,
}: Pick<AccessQuestion, 'resource' | 'group' | 'subresource'>): string {
  return `${resource}${group === '' ? '' : `.${group}`}${subresource ? `/${subresource}` : ''}`;
}
