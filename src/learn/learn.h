/*
 * learn.h
 *		From a sketch to a portrait.
 *
 * The way is: features.c puts the values of each field into bins; model.c fits
 * an additive model of one step function per field, and of some pairs of
 * fields, to them; card.c condenses that into a few characteristics of a few
 * attributes each; assess.c does all this on four fifths of the rows to see how
 * well it does on the last fifth; write.c writes what came out as a portrait.
 *
 * Rows are in an order of their own (by fold, then by a hash of their content),
 * so that sums, and with them the portrait, do not depend on how rows came in.
 */
#ifndef ICP_LEARN_H
#define ICP_LEARN_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "sketch/spelling.h"
#include "sketch/view.h"
#include "stats/stats.h"
#include "utils/jsonb.h"

/* ---- what is asked for ---- */

#define MAX_FOLDS 20
#define MOST_CHARACTERISTICS 100
#define MOST_ATTRIBUTES 30

typedef enum Direction
{
	DIRECTION_UP,
	DIRECTION_DOWN
} Direction;

typedef struct Monotone
{
	const char *field;
	Direction	direction;
} Monotone;

typedef struct LearnOptions
{
	int			characteristics;	/* at most so many */
	int			attributes;		/* of each at most so many, beside missing and otherwise */
	int			pairs;			/* of the characteristics at most so many compound ones */
	int			folds;
	int64		seed;
	List	   *monotone;		/* of Monotone */
	List	   *ignore;			/* of char * */
	List	   *only;
	List	   *include;		/* leaks and the like that are asked for */
	const char *title;			/* or NULL */
	const char *subject;
} LearnOptions;

extern LearnOptions usual_learn_options(void);
extern LearnOptions parse_learn_options(Jsonb *json);
extern void check_learn_fields(const SketchView *view, const LearnOptions *options);

/* ---- features: fields in bins ---- */

#define MAX_BINS 256
#define MISSING_BIN 0
#define OTHER_BIN 1				/* of values: all without a bin of their own */
#define MAX_RANGES 32

typedef struct BinSet
{
	uint64		words[MAX_BINS / 64];
} BinSet;

#define set_has(set, bin) (((set)->words[(bin) / 64] >> ((bin) % 64)) & 1)
#define set_add(set, bin) ((set)->words[(bin) / 64] |= UINT64CONST(1) << ((bin) % 64))

typedef enum FeatureSort
{
	FEATURE_RANGES,				/* bins 1, 2, ... in the order of values */
	FEATURE_VALUES,				/* bin 2, 3, ... are one value each */
	FEATURE_ELEMENT				/* bin 1: the list lacks the element; 2: it has it */
} FeatureSort;

typedef struct Feature
{
	int			field;			/* of the view */
	FeatureSort sort;
	int			nbins;
	Bound		cuts[MAX_RANGES + 1];	/* of ranges: where bins 2, 3, ... begin */
	double		place[MAX_RANGES + 1];	/* of ranges: the mean of each bin's values */
	int			values[MAX_BINS];	/* of the others: the value of bins 2, 3, ... */
	int			direction;		/* of a range's effect: 1 up, -1 down, 0 as it comes */
	uint8	   *bins;			/* of each row */
	BinSet		seen;			/* bins of any row */
} Feature;

typedef struct Rows
{
	int64		n;
	int			nfolds;
	int64		starts[MAX_FOLDS + 1];	/* fold k is rows starts[k] to starts[k + 1] - 1 */
	uint8	   *best;			/* 0 or 1 */
	float	   *count;			/* how often each row occurs */
	int			nfeatures;
	Feature    *features;
} Rows;

/* All rows but those of one fold, or all: stretches of them. */
typedef struct Stretch
{
	int64		from;
	int64		to;				/* beyond the last */
} Stretch;

typedef struct Part
{
	int			n;
	Stretch		stretches[2];
} Part;

#define ALL_ROWS (-1)

extern Part rows_without(const Rows *rows, int fold);
extern Part rows_of(const Rows *rows, int fold);

extern Rows *make_rows(const SketchView *view, const LearnOptions *options);
extern Rows *take_rows(const Rows *rows, const uint32 *from, int64 n);
extern Rows *sample_rows(const Rows *rows, int64 limit);
extern bool is_ignored(const LearnOptions *options, const char *field);
extern bool may_learn_from(const SketchView *view, const LearnOptions *options, int field);

/* ---- smooth.c: steps of one term, shrunk as far as the data ask for ---- */

/*
 * Weights h and weighted values b = h * value of n bins.  Puts in f the values
 * that are most likely to be behind them, around a common mean: of ranges,
 * neighbours are alike.
 */
extern void smooth_ranges(const double *h, const double *b, const double *place, int n, double *f);
extern void shrink_values(const double *h, const double *b, int n, double *f);
extern double shrink_one(double h, double value);
extern void make_monotone(const double *h, int n, int direction, double *f);

/* ---- model.c: the full model ---- */

/*
 * One field's step function, or that of a pair of fields: then bins are cells,
 * and levels tell in which row and column of the grid a bin of the one and the
 * other feature is.
 */
typedef struct Term
{
	int			a;				/* features */
	int			b;				/* or -1 */
	int			nbins;
	int			b_levels;		/* columns of the grid */
	uint8		a_level[MAX_BINS];
	uint8		b_level[MAX_BINS];
	double		value[MAX_BINS];
	uint8	   *bins;			/* of each row: the feature's, or cells */
} Term;

typedef struct Model
{
	double		base;
	int			nterms;
	Term	   *terms;
	int			npairs;			/* how many of the terms, the last ones, are pairs */
	int			ntrees;
	struct Tree *trees;			/* on top of the terms */
} Model;

extern Model *fit_model(const Rows *rows, const Part *part);
extern Model *add_pairs(const Model *model, const Rows *rows, const Part *part, int max_pairs);
extern void free_model(Model *model);
extern void model_logits(const Model *model, const Rows *rows, const Part *part, float *logit);
extern double probability(double logit);
extern void sum_by_bin(const Part *part, const uint8 *bins, const float *x, double *sums);
extern void fill_part(const Part *part, float *x, double value);
extern void add_term(const Term *term, const double *value, const Rows *rows, const Part *part, float *logit);

/* trees.c */
extern void add_trees(Model *model, const Rows *rows, const Part *part);
extern void tree_logits(const Model *model, const Rows *rows, const Part *part, float *logit);

/* pairs.c */
#define MAX_PAIRS 12
#define MAX_LEVELS 12			/* of a feature in a grid: the cells fit into a byte */

extern int	find_pairs(const Rows *rows, const Part *part, const float *residual,
					   const float *weight, int max_pairs, Term *terms);

/* ---- card.c: the model condensed ---- */

#define MAX_GROUPS (MOST_ATTRIBUTES + 4)

#define MAX_TOGETHER 3			/* features of one term */

/* What a term tells apart: groups, each of them a set of bins of each of its features. */
typedef struct CardTerm
{
	int			nfeatures;
	int			features[MAX_TOGETHER];
	int			ngroups;
	BinSet		bins[MAX_GROUPS][MAX_TOGETHER];
	double		value[MAX_GROUPS];
	double		rows[MAX_GROUPS];
	uint8	   *groups;			/* of each row, while it is fitted */
} CardTerm;

/* The first groups are set apart: one for each feature, where it is the first that is missing. */
#define MISSING_GROUP 0
#define FIRST_LEAF(term) ((term)->nfeatures)

typedef struct Card
{
	double		base;
	int			nterms;
	CardTerm   *terms;
} Card;

extern Card *condense(const Model *model, const Rows *rows, const Part *part, const float *logit,
					  const LearnOptions *options);
extern void card_logits(const Card *card, const Rows *rows, const Part *part, float *logit);
extern void free_card(Card *card);

/* groups.c: bins into few groups, with as little loss as can be */
typedef struct Sums
{
	double	   *g;				/* weighted sums of what is to be told */
	double	   *h;				/* weights */
	double	   *rows;
} Sums;

/* Sums are by bin.  Puts the groups; returns by how much the squares become less. */
extern double group_bins(const Feature *feature, const Sums *sums, int most, double least_rows,
						 CardTerm *term);

/* A grid of features' bins, or of levels of these; level 0 is missing. */
typedef struct Grid
{
	int			n;				/* features: 2 or 3 */
	int			levels[MAX_TOGETHER];	/* of a third that is not there: 1 */
	bool		ordered[MAX_TOGETHER];
	Sums		sums;			/* by level of the first, of the second, of the third */
} Grid;

extern double group_cells(const Grid *grid, int most, double least_rows, CardTerm *term);

/* ---- assess.c: how well it does on rows that it was not fitted to ---- */

/* Log-odds of being best, over a card's. */
typedef struct Calibration
{
	double		intercept;
	double		slope;
} Calibration;

typedef struct Assessment
{
	int64		best;
	int64		rest;
	bool		pairs_pay;
	double		auc;			/* mean over the folds */
	double		auc_low;
	double		auc_high;
	double		auc_full;		/* of the model, before it was condensed */
	double		brier;			/* of probabilities calibrated on the other folds */
	double		slope;			/* of these probabilities' log-odds */
	Calibration calibration;	/* of what all folds' cards said of rows that they had not seen */
} Assessment;

extern Assessment assess(const Rows *rows, const Rows *sample, const SketchView *view,
						 const LearnOptions *options);
extern AucEstimate auc_of(const Rows *rows, const float *logit, int64 from, int64 to);
extern Model *learn_model(const Rows *rows, const Part *part, bool pairs,
						  const LearnOptions *options);
extern Card *learn_card(const Model *model, const Rows *rows, const Part *part, bool pairs,
						const LearnOptions *options);

/* ---- scorecard.c: the card in points ---- */

#define MAX_TIERS 3

typedef struct Threshold
{
	const char *name;
	double		from;			/* a score */
	double		share;			/* of all rows that reach it */
	double		rate;			/* share of best rows among these */
} Threshold;

/* What a portrait says beyond its card. */
typedef struct Scorecard
{
	const Card *card;
	int			decimals;		/* of points */
	double		(*points)[MAX_GROUPS];	/* by term */
	int64		(*best)[MAX_GROUPS];	/* rows that were seen, by term and group */
	int64		(*rest)[MAX_GROUPS];
	double		intercept;		/* log-odds of being best, over points */
	double		slope;
	int			ntiers;
	Threshold	tiers[MAX_TIERS];
	Threshold	fit;
} Scorecard;

extern Scorecard *make_scorecard(const Card *card, const Rows *rows, const SketchView *view,
								 const Calibration *calibration);
extern void put_groups(const CardTerm *term, const Rows *rows, const Part *part, uint8 *groups);

/* ---- write.c ---- */

typedef enum Verdict
{
	VERDICT_RELIABLE,
	VERDICT_PROVISIONAL,
	VERDICT_NONE
} Verdict;

/* The portrait; without a scorecard, one that says that there is nothing to learn. */
extern Datum write_portrait(const SketchView *view, const Rows *rows, const Scorecard *scorecard,
							const Assessment *assessment, Verdict verdict, const LearnOptions *options);

#endif							/* ICP_LEARN_H */
