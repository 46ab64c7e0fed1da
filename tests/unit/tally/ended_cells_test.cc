#include "exporter/tally/ended_cells.h"

#include "tests/catch.h"

using namespace taskqueue;

TEST_CASE("cells add up by kind and by minute, in whatever order they came", "[tally][ended_cells]") {
  EndedCells cells;
  cells.add(2, 10);
  cells.add(0, 12, 5);
  cells.add(2, 8);
  cells.add(2, 10);
  CHECK(cells.sum(CellKind{0}) == 5);
  CHECK(cells.sum(CellKind{1}) == 0);
  CHECK(cells.sum(CellKind{2}) == 3);
  CHECK(cells.sum(CellKind{7}) == 0);
  CHECK(cells.sum() == 8);
  CHECK(cells.sum(8, 12) == 3);
  CHECK(cells.sum(9, 13) == 7);
}

TEST_CASE("what leaves through the edge is gone, what has no time stays", "[tally][ended_cells]") {
  EndedCells cells;
  cells.add(0, 9);
  cells.add(0, 10);
  cells.add(1, no_minute);
  cells.drop_before(10);
  CHECK(cells.sum() == 2);
  CHECK(cells.sum(0, 10) == 0);
}

TEST_CASE("one is taken away where there is one", "[tally][ended_cells]") {
  EndedCells cells;
  cells.add(0, 9, 2);
  cells.take(0, 9);
  cells.take(0, 8);
  cells.take(5, 9);
  CHECK(cells.sum() == 1);
  cells.take(0, 9);
  cells.take(0, 9);
  CHECK(cells.sum() == 0);
}

TEST_CASE("a range of minutes is replaced, kinds included that were not there", "[tally][ended_cells]") {
  EndedCells cells, again;
  cells.add(0, 9);
  cells.add(0, 10, 7);
  cells.add(0, 20);
  again.add(0, 9, 100);
  again.add(1, 11, 3);
  again.add(1, 20, 100);
  cells.replace(10, 20, again);
  CHECK(cells.sum(CellKind{0}) == 2);
  CHECK(cells.sum(CellKind{1}) == 3);
}

TEST_CASE("of a range that ends before it begins nothing is replaced", "[tally][ended_cells]") {
  EndedCells cells, again;
  cells.add(0, 15);
  again.add(0, 15, 7);
  cells.replace(20, 10, again);
  CHECK(cells.sum() == 1);
}

TEST_CASE("a minute is that of the time, and none of no time", "[tally][ended_cells]") {
  CHECK(minute_of(WallTime{std::chrono::seconds{119}}) == 1);
  CHECK(minute_of(WallTime{std::chrono::seconds{120}}) == 2);
  CHECK(minute_of(WallTime{std::chrono::seconds{-5}}) == 0);
  CHECK(minute_of(std::nullopt) == no_minute);
}
