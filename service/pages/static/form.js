// The form for what is missing: the Questionnaire cut to what is asked, rendered by LHC-Forms, its answers as FHIR.

const RADIO = { url: "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl", valueCodeableConcept: { coding: [{ system: "http://hl7.org/fhir/questionnaire-item-control", code: "radio-button" }] } };
const MOST_RADIOS = 8;

// The questions of `links` with their groups and the dates of these; null where nothing is left to ask.
export function cut(questionnaire, links) {
  const item = kept(questionnaire.item, links);
  return item.length ? { ...questionnaire, item } : null;
}

export const everyLink = (items) => items.flatMap((item) => [item.linkId, ...everyLink(item.item ?? [])]);

function kept(items, links) {
  return items.flatMap((item) => {
    if (item.type !== "group") return links.has(item.linkId) ? [controlled(item)] : [];
    const inside = kept(item.item ?? [], links);
    if (!inside.length) return [];
    const around = (item.item ?? []).filter((each) => /\.(date|segment)$/.test(each.linkId) && !inside.some((one) => one.linkId === each.linkId));
    return [{ ...item, item: [...around.map(controlled), ...inside] }];
  });
}

function controlled(item) {
  if (item.type !== "choice") return item;
  const options = (item.answerOption ?? []).map(spelled);
  const extension = options.length <= MOST_RADIOS ? [...(item.extension ?? []), RADIO] : item.extension ?? [];
  return { ...item, answerOption: options, ...(extension.length && { extension }) };
}

// LForms 40 shows the whole number 0 among options as "undefined": it is given codes, which are read back as numbers.
const WHOLE = "urn:tace-cds:whole-number";
const spelled = (answer) => ("valueInteger" in answer ? { valueCoding: { system: WHOLE, code: String(answer.valueInteger), display: String(answer.valueInteger) } } : answer);
const counted = (answer) => (answer.valueCoding?.system === WHOLE ? { valueInteger: Number(answer.valueCoding.code) } : answer);

// The same answers where options are codes in the rendered form.
function forForm(items, questions) {
  const choices = new Map(questions.map((question) => [question.linkId, question]));
  return items.map((item) => {
    const question = choices.get(item.linkId);
    const made = { ...item };
    if (item.answer && question?.type === "choice") made.answer = item.answer.map(spelled);
    if (item.item) made.item = forForm(item.item, question?.item ?? []);
    return made;
  });
}

// Renders into `place`; `answers` (a QuestionnaireResponse) fills it in.
export async function render(place, questionnaire, answers) {
  const { LForms } = window;
  let form = LForms.Util.convertFHIRQuestionnaireToLForms(questionnaire, "R4");
  if (answers?.item?.length) form = LForms.Util.mergeFHIRDataIntoLForms("QuestionnaireResponse", { ...answers, item: forForm(answers.item, questionnaire.item) }, form, "R4");
  form.templateOptions = { ...form.templateOptions, showFormHeader: false, hideFormControls: true, hideUnits: false, viewMode: "sm" };
  place.replaceChildren();
  await LForms.Util.addFormToPage(form, place, {});
}

// The answers given, as items of a QuestionnaireResponse; [] where there is none.
export function answersIn(place) {
  const data = window.LForms.Util.getFormFHIRData("QuestionnaireResponse", "R4", place);
  return answered(data?.item ?? []);
}

// Only what was answered; a group whose date alone is given says nothing.
function answered(items) {
  return items.flatMap((item) => {
    const inside = answered(item.item ?? []);
    const answers = (item.answer ?? []).filter((each) => Object.keys(each).length).map(counted);
    if (!answers.length && !inside.length) return [];
    const made = { ...item, ...(inside.length && { item: inside }), ...(answers.length && { answer: answers }) };
    if (!inside.length) delete made.item;
    if (!answers.length) delete made.answer;
    return [made];
  });
}

export const says = (items) => items.some((item) => (item.answer && !item.linkId.endsWith(".date")) || says(item.item ?? []));

// Puts one answer where the Questionnaire has its question, with the date of its group where that is open.
export function withAnswer(items, questionnaire, link, answer, dates) {
  const path = pathTo(questionnaire.item, link);
  return path ? placed(items, path, answer, dates) : items;
}

function pathTo(items, link) {
  for (const item of items) {
    if (item.linkId === link) return [item];
    const inside = pathTo(item.item ?? [], link);
    if (inside) return [item, ...inside];
  }
  return null;
}

function placed(items, [head, ...rest], answer, dates) {
  const others = items.filter((item) => item.linkId !== head.linkId);
  const mine = items.find((item) => item.linkId === head.linkId) ?? { linkId: head.linkId, text: head.text };
  if (!rest.length) return [...others, { ...mine, answer: [answer] }];
  let inside = placed(mine.item ?? [], rest, answer, dates);
  const dated = `${head.linkId}.date`;
  if (dates[dated] && !inside.some((item) => item.linkId === dated)) inside = [{ linkId: dated, answer: [{ valueDate: dates[dated] }] }, ...inside];
  return [...others, { ...mine, item: inside }];
}
