/*
 * model.c
 *		The full model: log-odds of being best as a sum of one step function per
 *		field, and of some pairs of fields.
 *
 * Fitted as explainable boosting machines are (Lou, Caruana, Gehrke and Hooker
 * 2013), field after field in turn to what the others leave over, many times.
 * In place of small steps that are stopped early, each step is a Newton step
 * that is shrunk by empirical Bayes (smooth.c).
 */
#include "postgres.h"

#include <math.h>

#include "learn/learn.h"
#include "miscadmin.h"

#define MAX_ROUNDS 12			/* of new weights */
#define SWEEPS 2				/* over the terms, for each */
#define MAX_STEP 3.0			/* of a bin's log-odds at once */
#define DONE_STEP 0.01			/* a round that moves no more was the last */
#define MAX_HALVINGS 5
#define WORSE 1e-4				/* shrinking may cost so much of the deviance */
#define LEAST_WEIGHT 1e-6

typedef struct Fit
{
	const Rows *rows;
	Part		part;
	Model	   *model;
	float	   *logit;
	float	   *residual;		/* what the model leaves over: best or not, less its probability */
	float	   *weight;			/* what that would change by if the log-odds did: p * (1 - p) */
	double	   *h;				/* weights by term and bin */
} Fit;

double
probability(double logit)
{
	return 1 / (1 + exp(-logit));
}

/* ---- passes over the rows ---- */

/* Returns by how much the base is off; puts the deviance too. */
static double
new_weights(Fit *fit, double *deviance)
{
	double		sum = 0;
	double		total = 0;
	double		loss = 0;

	for (int s = 0; s < fit->part.n; s++)
	{
		for (int64 i = fit->part.stretches[s].from; i < fit->part.stretches[s].to; i++)
		{
			float		p = 1 / (1 + expf(-fit->logit[i]));
			float		count = fit->rows->count[i];

			loss -= count * logf(Max(fit->rows->best[i] ? p : 1 - p, 1e-30f));
			fit->residual[i] = count * (fit->rows->best[i] - p);
			fit->weight[i] = count * Max(p * (1 - p), (float) LEAST_WEIGHT);
			sum += fit->residual[i];
			total += fit->weight[i];
		}
	}
	*deviance = 2 * loss;
	return sum / total;
}

/* Sums by bin.  Two accumulators, since neighbouring rows often share a bin. */
void
sum_by_bin(const Part *part, const uint8 *bins, const float *x, double *sums)
{
	double		odd[MAX_BINS] = {0};

	memset(sums, 0, sizeof(double) * MAX_BINS);
	for (int s = 0; s < part->n; s++)
	{
		int64		i = part->stretches[s].from;
		int64		to = part->stretches[s].to;

		for (; i + 1 < to; i += 2)
		{
			sums[bins[i]] += x[i];
			odd[bins[i + 1]] += x[i + 1];
		}
		if (i < to)
			sums[bins[i]] += x[i];
	}
	for (int bin = 0; bin < MAX_BINS; bin++)
		sums[bin] += odd[bin];
}

static void
apply_step(Fit *fit, const uint8 *bins, const double *step)
{
	float		by_bin[MAX_BINS];

	for (int bin = 0; bin < MAX_BINS; bin++)
		by_bin[bin] = step[bin];
	for (int s = 0; s < fit->part.n; s++)
	{
		for (int64 i = fit->part.stretches[s].from; i < fit->part.stretches[s].to; i++)
		{
			float		by = by_bin[bins[i]];

			fit->logit[i] += by;
			fit->residual[i] -= fit->weight[i] * by;
		}
	}
}

static void
shift_all(Fit *fit, double by)
{
	fit->model->base += by;
	for (int s = 0; s < fit->part.n; s++)
	{
		for (int64 i = fit->part.stretches[s].from; i < fit->part.stretches[s].to; i++)
		{
			fit->logit[i] += (float) by;
			fit->residual[i] -= fit->weight[i] * (float) by;
		}
	}
}

/* ---- one term ---- */

/* The values that the term should have, given the others. */
static void
shrink_term(const Rows *rows, const Term *term, const double *h, const double *b, double *value)
{
	const Feature *feature = &rows->features[term->a];
	double		sum = 0;
	double		weight = 0;

	if (term->b < 0 && feature->sort == FEATURE_RANGES)
	{
		smooth_ranges(h + 1, b + 1, feature->place + 1, term->nbins - 1, value + 1);
		if (feature->direction != 0)
			make_monotone(h + 1, term->nbins - 1, feature->direction, value + 1);
		for (int i = 1; i < term->nbins; i++)
		{
			sum += h[i] * value[i];
			weight += h[i];
		}
		sum /= Max(weight, LEAST_WEIGHT);
		for (int i = 1; i < term->nbins; i++)
			value[i] -= sum;
		value[MISSING_BIN] = h[MISSING_BIN] > LEAST_WEIGHT ?
			shrink_one(h[MISSING_BIN], b[MISSING_BIN] / h[MISSING_BIN] - sum) : 0;
		return;
	}
	shrink_values(h, b, term->nbins, value);
}

/* Returns the largest step. */
static double
refit_term(Fit *fit, int t)
{
	Term	   *term = &fit->model->terms[t];
	const double *h = &fit->h[(size_t) t * MAX_BINS];
	double		b[MAX_BINS];
	double		value[MAX_BINS];
	double		step[MAX_BINS] = {0};
	double		largest = 0;

	sum_by_bin(&fit->part, term->bins, fit->residual, b);
	for (int i = 0; i < term->nbins; i++)
		b[i] += h[i] * term->value[i];
	shrink_term(fit->rows, term, h, b, value);
	for (int i = 0; i < term->nbins; i++)
	{
		step[i] = Min(Max(value[i] - term->value[i], -MAX_STEP), MAX_STEP);
		term->value[i] += step[i];
		largest = Max(largest, fabs(step[i]));
	}
	if (largest > 0)
		apply_step(fit, term->bins, step);
	return largest;
}

/* Goes back so much of the way from the model that was better. */
static void
step_back(Fit *fit, const Model *better, double share)
{
	Model	   *model = fit->model;

	model->base -= share * (model->base - better->base);
	for (int t = 0; t < model->nterms; t++)
	{
		for (int bin = 0; bin < model->terms[t].nbins; bin++)
			model->terms[t].value[bin] -= share * (model->terms[t].value[bin] - better->terms[t].value[bin]);
	}
	model_logits(model, fit->rows, &fit->part, fit->logit);
}

static void
keep_model(const Model *model, Model *kept)
{
	kept->base = model->base;
	memcpy(kept->terms, model->terms, sizeof(Term) * model->nterms);
}

/* A round's weights; a step that made things worse is halved until it does not. */
static void
begin_round(Fit *fit, Model *kept, double *kept_deviance)
{
	double		deviance;
	double		off = new_weights(fit, &deviance);

	for (int i = 0; i < MAX_HALVINGS && deviance > *kept_deviance * (1 + WORSE); i++)
	{
		CHECK_FOR_INTERRUPTS();
		step_back(fit, kept, i == MAX_HALVINGS - 1 ? 1 : 0.5);
		off = new_weights(fit, &deviance);
	}
	keep_model(fit->model, kept);
	*kept_deviance = deviance;
	shift_all(fit, off);
	for (int t = 0; t < fit->model->nterms; t++)
		sum_by_bin(&fit->part, fit->model->terms[t].bins, fit->weight, &fit->h[(size_t) t * MAX_BINS]);
}

static void
fit_terms(Fit *fit)
{
	Model	   *model = fit->model;
	Model		kept = {.terms = palloc_extended(sizeof(Term) * Max(model->nterms, 1), MCXT_ALLOC_HUGE)};
	double		kept_deviance = INFINITY;

	for (int round = 0; round < MAX_ROUNDS; round++)
	{
		double		largest = 0;

		begin_round(fit, &kept, &kept_deviance);
		for (int i = 0; i < SWEEPS * model->nterms; i++)
		{
			double		step = refit_term(fit, i % model->nterms);

			CHECK_FOR_INTERRUPTS();
			largest = Max(largest, step);
		}
		if (largest < DONE_STEP)
			break;
	}
	begin_round(fit, &kept, &kept_deviance);
	pfree(kept.terms);
}

/* ---- pairs ---- */

/* The cell of the grid that each bin of the first feature begins at. */
static void
cell_rows(const Term *term, uint8 *row)
{
	for (int i = 0; i < MAX_BINS; i++)
		row[i] = term->a_level[i] * term->b_levels;
}

static uint8 *
cells_of(const Rows *rows, const Term *term)
{
	const uint8 *a = rows->features[term->a].bins;
	const uint8 *b = rows->features[term->b].bins;
	uint8	   *cells = palloc_extended(Max(rows->n, 1), MCXT_ALLOC_HUGE);
	uint8		row[MAX_BINS];

	cell_rows(term, row);
	for (int64 i = 0; i < rows->n; i++)
		cells[i] = row[a[i]] + term->b_level[b[i]];
	return cells;
}

/* ---- the model ---- */

static double
base_logit(const Rows *rows, const Part *part)
{
	double		sides[2] = {0.5, 0.5};

	for (int s = 0; s < part->n; s++)
	{
		for (int64 i = part->stretches[s].from; i < part->stretches[s].to; i++)
			sides[rows->best[i]] += rows->count[i];
	}
	return log(sides[1] / sides[0]);
}

static void
begin_fit(Fit *fit)
{
	Size		floats = sizeof(float) * Max(fit->rows->n, 1);

	fit->logit = palloc_extended(floats, MCXT_ALLOC_HUGE);
	fit->residual = palloc_extended(floats, MCXT_ALLOC_HUGE);
	fit->weight = palloc_extended(floats, MCXT_ALLOC_HUGE);
	model_logits(fit->model, fit->rows, &fit->part, fit->logit);
}

static void
end_fit(Fit *fit)
{
	pfree(fit->logit);
	pfree(fit->residual);
	pfree(fit->weight);
	pfree(fit->h);
}

static double *
room_for_weights(int nterms)
{
	return palloc_extended(sizeof(double) * MAX_BINS * Max(nterms, 1), MCXT_ALLOC_HUGE);
}

/* A model of single fields. */
Model *
fit_model(const Rows *rows, const Part *part)
{
	Model	   *model = palloc0(sizeof(Model));
	Fit			fit = {.rows = rows, .part = *part, .model = model};

	model->base = base_logit(rows, part);
	begin_fit(&fit);
	model->terms = palloc_extended(sizeof(Term) * Max(rows->nfeatures, 1),
								   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	model->nterms = rows->nfeatures;
	for (int t = 0; t < model->nterms; t++)
	{
		model->terms[t].a = t;
		model->terms[t].b = -1;
		model->terms[t].nbins = rows->features[t].nbins;
		model->terms[t].bins = rows->features[t].bins;
	}
	fit.h = room_for_weights(model->nterms);
	fit_terms(&fit);
	end_fit(&fit);
	return model;
}

/* The model with pairs on top, all its terms fitted anew; NULL if no pair is worth it. */
Model *
add_pairs(const Model *model, const Rows *rows, const Part *part, int max_pairs)
{
	Model	   *result = palloc(sizeof(Model));
	Fit			fit = {.rows = rows, .part = *part, .model = result};
	Term	   *terms = palloc_extended(sizeof(Term) * (model->nterms + max_pairs), MCXT_ALLOC_HUGE);
	double		deviance;

	*result = *model;
	result->ntrees = 0;
	result->trees = NULL;
	begin_fit(&fit);
	(void) new_weights(&fit, &deviance);
	result->npairs = find_pairs(rows, part, fit.residual, fit.weight, max_pairs, terms + model->nterms);
	result->nterms += result->npairs;
	result->terms = terms;
	memcpy(terms, model->terms, sizeof(Term) * model->nterms);
	for (int t = model->nterms; t < result->nterms; t++)
		terms[t].bins = cells_of(rows, &terms[t]);
	fit.h = room_for_weights(result->nterms);
	if (result->npairs > 0)
		fit_terms(&fit);
	end_fit(&fit);
	return result;
}

/* Its features' bins stay. */
void
free_model(Model *model)
{
	for (int t = model->nterms - model->npairs; t < model->nterms; t++)
		pfree(model->terms[t].bins);
	if (model->trees)
		pfree(model->trees);
	pfree(model->terms);
	pfree(model);
}

/* ---- its use ---- */

/* Adds what a term gives to rows, which need not be those that it was fitted to. */
void
add_term(const Term *term, const double *value, const Rows *rows, const Part *part, float *logit)
{
	const uint8 *a = rows->features[term->a].bins;
	const uint8 *b = term->b >= 0 ? rows->features[term->b].bins : NULL;
	float		by_bin[MAX_BINS];
	uint8		row[MAX_BINS];

	for (int bin = 0; bin < MAX_BINS; bin++)
		by_bin[bin] = (float) value[bin];
	cell_rows(term, row);
	for (int s = 0; s < part->n; s++)
	{
		for (int64 i = part->stretches[s].from; i < part->stretches[s].to; i++)
			logit[i] += by_bin[b == NULL ? a[i] : (uint8) (row[a[i]] + term->b_level[b[i]])];
	}
}

void
fill_part(const Part *part, float *x, double value)
{
	for (int s = 0; s < part->n; s++)
	{
		for (int64 i = part->stretches[s].from; i < part->stretches[s].to; i++)
			x[i] = (float) value;
	}
}

/* The log-odds of these rows; logit has room for all. */
void
model_logits(const Model *model, const Rows *rows, const Part *part, float *logit)
{
	fill_part(part, logit, model->base);
	for (int t = 0; t < model->nterms; t++)
	{
		CHECK_FOR_INTERRUPTS();
		add_term(&model->terms[t], model->terms[t].value, rows, part, logit);
	}
	tree_logits(model, rows, part, logit);
}
