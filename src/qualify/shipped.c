/*
 * shipped.c
 *		The rows that table icp_frameworks comes with.
 *
 * They are here and not in the install script because a script has to be in
 * every database's encoding: rows with letters that the database does not have
 * are left out.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "common/compat.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(icp_shipped_frameworks);

/* When the dimension is met, and what to ask; UTF-8. */
typedef struct Words
{
	const char *meaning;
	const char *question;
} Words;

typedef struct ShippedDimension
{
	const char *framework;
	const char *dimension;
	Words		english;
	Words		chinese;
} ShippedDimension;

static const ShippedDimension shipped[] = {
	{"BANT", "budget",
		{"Money for this is set aside, or can be.",
		"What have you set aside for this, or who would have to release it?"},
		{"有用于此事的预算，或能批到预算。",
		"这件事预留了多少预算？如果没有，由谁来批？"}},
	{"BANT", "authority",
		{"We talk to those who decide.",
		"Besides you, who decides about this, and who signs?"},
		{"我们在和有决定权的人沟通。",
		"除了您，还有谁参与决定，最后由谁签字？"}},
	{"BANT", "need",
		{"There is a need, what we offer answers it, and it is strong and urgent.",
		"What problem should this solve, and what does it cost you as long as it is there?"},
		{"需求存在，与我们的方案匹配，而且强烈、紧迫。",
		"希望解决什么问题？问题一天不解决，代价是多少？"}},
	{"BANT", "timeline",
		{"It is known by when a solution has to work.",
		"By when does this have to work, and what happens if it does not?"},
		{"知道方案最迟什么时候要见效。",
		"最晚什么时候要用起来？到时没有用起来会怎样？"}},

	{"MANCP", "money",
		{"They can pay for it: budget, or the means to make one.",
		"What is this worth to you a year, and which budget would pay for it?"},
		{"付得起：有预算，或有能力安排预算。",
		"这件事一年对你们值多少钱，从哪笔预算里出？"}},
	{"MANCP", "authority",
		{"We talk to those who decide.",
		"Who decides about this in the end, and may we talk to them?"},
		{"我们在和有决定权的人沟通。",
		"最终由谁拍板？我们能和他谈一谈吗？"}},
	{"MANCP", "need",
		{"There is a need, what we offer answers it, and it is strong and urgent.",
		"What made you look into this now?"},
		{"需求存在，与我们的方案匹配，而且强烈、紧迫。",
		"为什么现在开始关注这件事？"}},
	{"MANCP", "competitor",
		{"They have evaluated or used a competitor: a mature, urgent lead, so that it raises the verdict.",
		"What have you tried or compared so far, and what was missing?"},
		{"评估过或用过竞品：说明线索成熟、需求迫切，因此会提高判定。",
		"你们试用或比较过哪些产品？还差什么？"}},
	{"MANCP", "people",
		{"Somebody there will run it.",
		"Who on your side would run it day by day?"},
		{"客户方有人来负责使用和运营。",
		"用起来之后，你们由谁负责日常运营？"}},

	{"AUNM", "authority",
		{"We talk to those who decide.",
		"Who decides about this, and what do they have to be convinced of?"},
		{"我们在和有决定权的人沟通。",
		"这件事由谁决定？他最看重什么？"}},
	{"AUNM", "urgency",
		{"Waiting costs them something.",
		"What happens if nothing changes this quarter?"},
		{"等待会让他们付出代价。",
		"如果这个季度什么都不改变，会怎样？"}},
	{"AUNM", "need",
		{"There is a need, what we offer answers it, and it is strong.",
		"What do you want to be different afterwards?"},
		{"需求存在，与我们的方案匹配，而且强烈。",
		"做完之后，希望有什么不同？"}},
	{"AUNM", "money",
		{"They can pay for it.",
		"How are things like this paid for in your company?"},
		{"付得起。",
		"贵公司这类项目通常怎么出钱？"}},

	{"PACT", "people",
		{"Somebody there will run it.",
		"Who would work with it, and who would look after it?"},
		{"客户方有人来负责使用和运营。",
		"由谁使用，由谁负责维护？"}},
	{"PACT", "authority",
		{"We talk to those who decide.",
		"Who has to say yes before you can begin?"},
		{"我们在和有决定权的人沟通。",
		"开始之前，需要谁点头？"}},
	{"PACT", "competitor",
		{"They have evaluated or used a competitor: a mature, urgent lead, so that it raises the verdict.",
		"What do you use for this today, and who else do you talk to?"},
		{"评估过或用过竞品：说明线索成熟、需求迫切，因此会提高判定。",
		"现在用什么来做这件事？还在和哪几家谈？"}},
	{"PACT", "timeline",
		{"It is known by when a solution has to work.",
		"When do you want to begin, and what is that date tied to?"},
		{"知道方案最迟什么时候要见效。",
		"打算什么时候开始？这个时间是由什么决定的？"}},

	{"FAINT", "funds",
		{"They could pay for it, whether it is budgeted or not.",
		"If it were worth it, could you find the money for it this year?"},
		{"不论有没有列入预算，都付得起。",
		"如果确实值得，今年能拿出这笔钱吗？"}},
	{"FAINT", "authority",
		{"We talk to those who can move money.",
		"Who could decide to spend on something that is not in the budget?"},
		{"我们在和能调动资金的人沟通。",
		"预算之外的支出，由谁来决定？"}},
	{"FAINT", "interest",
		{"They want to hear more: the offer has been made interesting to them.",
		"Which part of what you have seen would you like to look into?"},
		{"愿意进一步了解：方案已经引起他们的兴趣。",
		"看过的内容里，哪一部分想进一步了解？"}},
	{"FAINT", "need",
		{"A need has been found that the offer answers.",
		"Where does this cost you time or money today?"},
		{"发现了方案能够满足的需求。",
		"目前这件事在哪里耗费时间或金钱？"}},
	{"FAINT", "timing",
		{"It is known when they would begin.",
		"When would be a good time to begin, and what has to be done before?"},
		{"知道他们什么时候会开始。",
		"什么时候开始合适？之前还要完成什么？"}},

	{"ANUM", "authority",
		{"We talk to those who decide; it comes first.",
		"Do you decide about this yourself, and if not, who does?"},
		{"我们在和有决定权的人沟通；这一条排在最前。",
		"这件事是您自己决定吗？如果不是，由谁决定？"}},
	{"ANUM", "need",
		{"There is a need that the offer answers.",
		"What stands between you and your goals this year?"},
		{"存在方案能够满足的需求。",
		"今年离目标还差什么？"}},
	{"ANUM", "urgency",
		{"It has to be solved soon.",
		"Why now, and what if it waits half a year?"},
		{"必须尽快解决。",
		"为什么是现在？如果再等半年呢？"}},
	{"ANUM", "money",
		{"They can pay for it.",
		"Which amount would need no further approval?"},
		{"付得起。",
		"多大金额以内不需要再审批？"}},

	{"CHAMP", "challenges",
		{"They have a challenge that the offer answers; it comes first.",
		"What is the hardest part of reaching your goals this year?"},
		{"面临方案能够应对的挑战；这一条排在最前。",
		"今年要达成目标，最难的是什么？"}},
	{"CHAMP", "authority",
		{"It is known who decides, and how to get there.",
		"How did the last purchase of this kind come about, and who took part?"},
		{"知道由谁决定，以及怎样接触到他们。",
		"上一次类似的采购是怎么定下来的，哪些人参与了？"}},
	{"CHAMP", "money",
		{"They expect to invest, and the sum is in reach.",
		"What would you expect to invest in solving this?"},
		{"有投入的打算，而且金额够得着。",
		"为解决这个问题，预计投入多少？"}},
	{"CHAMP", "prioritization",
		{"It stands high enough on their list.",
		"Where does this stand among your three first plans?"},
		{"在他们的事项中排得足够靠前。",
		"在你们最重要的三件事里，它排第几？"}},

	{"MEDDIC", "metrics",
		{"What they win is known in numbers that they believe.",
		"By how much does which number have to get better for this to pay?"},
		{"知道量化的收益，而且客户认可。",
		"哪个指标改善多少，才算值得？"}},
	{"MEDDIC", "economic_buyer",
		{"We talk to the one person who can release the money.",
		"Who can release the money on their own, and when do we meet them?"},
		{"我们在和能够批准资金的那个人沟通。",
		"谁可以独自批准这笔钱？什么时候能见到他？"}},
	{"MEDDIC", "decision_criteria",
		{"What they choose by is known, and speaks for us.",
		"What will you compare us by, and what counts most?"},
		{"知道他们的选择标准，而且对我们有利。",
		"会用什么标准来比较？哪一条最重要？"}},
	{"MEDDIC", "decision_process",
		{"The steps to a decision, and who takes part in each, are known.",
		"What are the steps until you decide, and who takes part?"},
		{"知道决策的步骤，以及每一步有谁参与。",
		"到做出决定要经过哪些步骤，各有谁参与？"}},
	{"MEDDIC", "identify_pain",
		{"The pain is known, and what it costs.",
		"What hurts most about the way it is today, and what does it cost?"},
		{"知道痛点，以及它的代价。",
		"现状最让人头疼的是什么？代价有多大？"}},
	{"MEDDIC", "champion",
		{"Somebody with influence there sells it for us.",
		"Who there wins if we win, and would speak for us?"},
		{"客户内部有影响力的人在为我们推动。",
		"我们成功了，谁会受益，并愿意替我们说话？"}},

	{"MEDDPICC", "metrics",
		{"What they win is known in numbers that they believe.",
		"By how much does which number have to get better for this to pay?"},
		{"知道量化的收益，而且客户认可。",
		"哪个指标改善多少，才算值得？"}},
	{"MEDDPICC", "economic_buyer",
		{"We talk to the one person who can release the money.",
		"Who can release the money on their own, and when do we meet them?"},
		{"我们在和能够批准资金的那个人沟通。",
		"谁可以独自批准这笔钱？什么时候能见到他？"}},
	{"MEDDPICC", "decision_criteria",
		{"What they choose by is known, and speaks for us.",
		"What will you compare us by, and what counts most?"},
		{"知道他们的选择标准，而且对我们有利。",
		"会用什么标准来比较？哪一条最重要？"}},
	{"MEDDPICC", "decision_process",
		{"The steps to a decision, and who takes part in each, are known.",
		"What are the steps until you decide, and who takes part?"},
		{"知道决策的步骤，以及每一步有谁参与。",
		"到做出决定要经过哪些步骤，各有谁参与？"}},
	{"MEDDPICC", "paper_process",
		{"The way from yes to a signature is known: legal, security, purchasing.",
		"What happens between your yes and the signature, and how long does it take?"},
		{"知道从同意到签字的流程：法务、安全、采购。",
		"从同意到签字要走哪些流程，需要多久？"}},
	{"MEDDPICC", "identify_pain",
		{"The pain is known, and what it costs.",
		"What hurts most about the way it is today, and what does it cost?"},
		{"知道痛点，以及它的代价。",
		"现状最让人头疼的是什么？代价有多大？"}},
	{"MEDDPICC", "champion",
		{"Somebody with influence there sells it for us.",
		"Who there wins if we win, and would speak for us?"},
		{"客户内部有影响力的人在为我们推动。",
		"我们成功了，谁会受益，并愿意替我们说话？"}},
	{"MEDDPICC", "competition",
		{"They have evaluated or used a competitor: a mature, urgent lead, so that it raises the verdict.",
		"Which other ways do you look at, building it yourselves and doing nothing among them?"},
		{"评估过或用过竞品：说明线索成熟、需求迫切，因此会提高判定。",
		"还在考虑哪些方案，包括自己做和什么都不做？"}},

	{"GPCTBA/C&I", "goals",
		{"What they want to reach, in numbers, is known.",
		"Which number has to be reached this year?"},
		{"知道他们想达到的目标，而且是量化的。",
		"今年必须达成的数字目标是什么？"}},
	{"GPCTBA/C&I", "plans",
		{"How they mean to reach it is known.",
		"How do you mean to reach it, and what have you tried?"},
		{"知道他们打算怎样达到目标。",
		"打算怎么达成？试过哪些办法？"}},
	{"GPCTBA/C&I", "challenges",
		{"What is in the way, and that they cannot overcome it alone, is known.",
		"What could keep that plan from working?"},
		{"知道障碍是什么，而且他们难以独自克服。",
		"什么会让这个计划行不通？"}},
	{"GPCTBA/C&I", "timeline",
		{"It is known by when the goal has to be reached.",
		"By when, and when would you have to begin for that?"},
		{"知道目标最迟什么时候要达成。",
		"最晚什么时候？为此最晚什么时候要开始？"}},
	{"GPCTBA/C&I", "budget",
		{"What it would cost them, and what they spend on it now, is known.",
		"What do you spend on this today, and what would a solution be worth?"},
		{"知道他们愿意花多少，以及现在花了多少。",
		"现在为此花多少钱？解决它值多少？"}},
	{"GPCTBA/C&I", "authority",
		{"Who decides, and what matters to them, is known.",
		"Who else has to agree, and what do they worry about?"},
		{"知道由谁决定，以及他们在意什么。",
		"还有谁必须同意？他们担心什么？"}},
	{"GPCTBA/C&I", "negative_consequences",
		{"What happens if the goal is missed is known.",
		"What happens, to you too, if the goal is missed?"},
		{"知道目标未达成的后果。",
		"如果没达成目标，会怎样？对您个人呢？"}},
	{"GPCTBA/C&I", "positive_implications",
		{"What becomes possible if the goal is reached is known.",
		"What would you do next once the goal is reached?"},
		{"知道目标达成之后的好处。",
		"目标达成之后，接下来能做什么？"}},

	{"DISCOVERY", "need",
		{"It is known what they need.",
		"What do you need, in your own words?"},
		{"知道客户的需求是什么。",
		"用您自己的话说，需要的是什么？"}},
	{"DISCOVERY", "resources",
		{"It is known what they would commit: money, people, time.",
		"Which money, people and time would you put into this?"},
		{"知道客户愿意投入的资源：钱、人、时间。",
		"愿意为此投入多少钱、人和时间？"}},
	{"DISCOVERY", "stakeholders",
		{"It is known who has a say in it.",
		"Who has a say in this, and who is touched by it?"},
		{"知道有哪些利益相关人。",
		"哪些人有发言权，哪些人会受影响？"}},
	{"DISCOVERY", "alternative",
		{"It is known what they would do without us.",
		"What would you do if we did not exist?"},
		{"知道除了我们，客户还有什么选择。",
		"如果没有我们，会怎么做？"}},
	{"DISCOVERY", "outcome_with_us",
		{"It is known what gets better with us.",
		"What would be better a year after you chose us?"},
		{"知道选择我们会得到什么结果。",
		"选择我们一年之后，什么会变好？"}},
	{"DISCOVERY", "outcome_without_us",
		{"It is known what happens without us.",
		"What would be the case in a year if you did nothing?"},
		{"知道不选择我们会有什么结果。",
		"如果什么都不做，一年后会怎样？"}},
	{"DISCOVERY", "similar_product",
		{"It is known whether they use a similar product.",
		"What similar product do you use or have you used?"},
		{"知道客户是否在用类似的产品。",
		"正在用或用过哪些类似的产品？"}},
	{"DISCOVERY", "other_factors",
		{"It is known what else affects the decision.",
		"What else could speed this up, slow it down or stop it?"},
		{"知道还有哪些因素影响决定。",
		"还有什么会加快、拖慢或叫停这件事？"}},
	{"DISCOVERY", "who_else_cares",
		{"It is known who else cares about it.",
		"Who else there cares how this turns out?"},
		{"知道还有谁关心这件事。",
		"还有谁关心这件事的结果？"}},
	{"DISCOVERY", "contact_position",
		{"It is known where our contact stands: role, and part in the decision.",
		"What is your part in this, and what do you answer for?"},
		{"知道联系人的职位，以及他在决策中的角色。",
		"您在这件事里是什么角色，对什么负责？"}},
	{"DISCOVERY", "usefulness",
		{"It is known why it is useful to them.",
		"Why is this useful to you, and how will you tell?"},
		{"知道产品为什么对客户有用。",
		"这对你们有用在哪里？怎么判断有用？"}},
};

/* In the database's encoding; NULL if it lacks some of the letters. */
static text *
text_from_utf8(const char *utf8)
{
	int			len = strlen(utf8);
	int			size = len * MAX_CONVERSION_GROWTH + 1;
	char	   *converted;
	Oid			conversion;

	if (GetDatabaseEncoding() == PG_UTF8 || GetDatabaseEncoding() == PG_SQL_ASCII)
		return cstring_to_text_with_len(utf8, len);
	conversion = FindDefaultConversionProc(PG_UTF8, GetDatabaseEncoding());
	if (!OidIsValid(conversion))
		return NULL;
	converted = palloc(size);
	if (pg_do_encoding_conversion_buf(conversion, PG_UTF8, GetDatabaseEncoding(),
									  (unsigned char *) unconstify(char *, utf8), len,
									  (unsigned char *) converted, size, true) != len)
		return NULL;
	return cstring_to_text(converted);
}

static void
put_row(ReturnSetInfo *result, const ShippedDimension *row, int ordinal,
		const Words *words, const char *language)
{
	text	   *meaning = text_from_utf8(words->meaning);
	text	   *question = text_from_utf8(words->question);
	Datum		values[] = {
		CStringGetTextDatum(row->framework), CStringGetTextDatum(row->dimension),
		Int32GetDatum(ordinal), PointerGetDatum(meaning), PointerGetDatum(question),
		CStringGetTextDatum(language), BoolGetDatum(true)
	};
	bool		nulls[lengthof(values)] = {0};

	if (result->setDesc->natts != (int) lengthof(values))
		elog(ERROR, "table \"icp_frameworks\" is of another version");
	if (meaning != NULL && question != NULL)
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
icp_shipped_frameworks(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int			ordinal = 0;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < (int) lengthof(shipped); i++)
	{
		if (i > 0 && strcmp(shipped[i].framework, shipped[i - 1].framework) != 0)
			ordinal = 0;
		ordinal++;
		put_row(result, &shipped[i], ordinal, &shipped[i].english, "en");
		put_row(result, &shipped[i], ordinal, &shipped[i].chinese, "zh");
	}
	return (Datum) 0;
}
