"""The vendors' own examples, answered by the pretend cloud, and what the exporter makes of them."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab


class SeedsTest(lab.LabCase):
    def setUp(self):
        super().setUp()
        simulator = self.start_simulator("--cloud=seed")
        config = self.write("seed.toml", simulator.configuration())
        self.exporter = self.start_exporter(f"--config.file={config}")
        self.exporter.wait_complete()

    def tasks(self, service):
        """Counts by type and status, those that are not zero."""
        return {(s.labels["type"], s.labels["status"]): s.value
                for s in lab.select(self.exporter.scrape(), "taskqueue_tasks", cloud_service=service) if s.value}

    def test_mps_shows_the_seven_tasks_of_its_page(self):
        self.assertEqual({("WorkflowTask", "FINISH"): 6, ("WorkflowTask", "PROCESSING"): 1}, self.tasks("mps"))

    def test_vod_shows_the_seven_tasks_of_its_page(self):
        self.assertEqual({("transcode", "FINISH"): 6, ("transcode", "PROCESSING"): 1}, self.tasks("vod"))

    def test_batch_shows_the_two_instances_of_its_page_and_seven_zeros(self):
        rows = lab.select(self.exporter.scrape(), "taskqueue_task_instances", job_id="job-97zcl3wt", task="A")
        counts = {s.labels["status"]: s.value for s in rows}
        self.assertEqual(8, len(rows))
        self.assertEqual(2, counts.pop("SUCCEED"))
        self.assertEqual({0.0}, set(counts.values()))

    def test_ecs_shows_the_two_finished_imports_of_its_page(self):
        self.assertEqual({("ImportImage", "Finished"): 2}, self.tasks("ecs"))

    def test_documented_types_are_there_as_zeros(self):
        samples = self.exporter.scrape()
        for service, kind in (("mps", "LiveProcessTask"), ("vod", "ReviewAudioVideo")):
            waiting = lab.select(samples, "taskqueue_tasks", cloud_service=service, type=kind, status="WAITING")
            self.assertEqual([0.0], [s.value for s in waiting])


if __name__ == "__main__":
    unittest.main()
