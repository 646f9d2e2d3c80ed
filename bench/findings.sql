-- One row for each rule that fired, as it is stored: rule, code, severity, unit, who acts, values,
-- evidence. The evidence holds the record, then the look-up.
WITH
shown_values AS (
    SELECT
        *,
        coalesce(os_unit, po_unit) AS unit,
        to_json(list_filter([
            CASE WHEN os_native_id IS NOT NULL THEN json_object(
                'source', os_source, 'kind', 'record', 'native_id', os_native_id,
                'changed_at', shown(os_changed_us, false)) END,
            CASE WHEN po_source IS NOT NULL THEN json_object(
                'source', po_source, 'kind', 'look_up', 'code', po_code, 'presence', po_presence,
                'checked_at', shown(po_checked_us, false)) END
        ], part -> part IS NOT NULL)) AS evidence,
        shown(os_submitted_us, os_submitted_day) AS os_submitted,
        shown(os_received_us, os_received_day) AS os_received,
        shown(os_due_us, os_due_day) AS os_due,
        shown(os_finished_us, os_finished_day) AS os_finished,
        shown(os_returned_us, os_returned_day) AS os_returned,
        shown(os_changed_us, false) AS os_changed,
        shown(po_submitted_us, po_submitted_day) AS po_submitted,
        shown(po_received_us, po_received_day) AS po_received,
        shown(po_due_us, po_due_day) AS po_due,
        shown(po_finished_us, po_finished_day) AS po_finished,
        shown(po_returned_us, po_returned_day) AS po_returned,
        shown(po_first_seen_us, false) AS po_first_seen,
        shown(po_first_absent_us, false) AS po_first_absent
    FROM flagged
)
SELECT 'A7', code, 'S2', unit, 'QTHT', json_object('os_status', os_status,
    'os_received', os_received, 'os_channel', os_channel, 'po_presence', po_presence,
    'po_first_absent', po_first_absent), evidence FROM shown_values WHERE a7
UNION ALL SELECT 'A8', code, 'S2', unit, 'QTHT', json_object('po_status', po_status,
    'po_submitted', po_submitted, 'po_received', po_received, 'po_first_seen', po_first_seen,
    'po_unit', po_unit), evidence FROM shown_values WHERE a8
UNION ALL SELECT 'B5', code, 'S1', unit, 'QTHT', json_object('os_status', os_status,
    'po_status', po_status, 'os_finished', os_finished, 'po_finished', po_finished,
    'os_changed', os_changed), evidence FROM shown_values WHERE b5
UNION ALL SELECT 'B6', code, 'S2', unit, 'QTHT', json_object('os_status', os_status,
    'po_status', po_status, 'os_finished', os_finished, 'po_finished', po_finished), evidence
    FROM shown_values WHERE b6
UNION ALL SELECT 'B10', code, 'S2', unit, 'TBP', json_object('os_status', os_status,
    'os_submitted', os_submitted, 'os_channel', os_channel), evidence FROM shown_values WHERE b10
UNION ALL SELECT 'B11', code, 'S3', unit, 'QTHT', json_object('os_status', os_status,
    'po_status', po_status, 'os_changed', os_changed), evidence FROM shown_values WHERE b11
UNION ALL SELECT 'C1', code, 'S2', unit, 'CB', json_object('os_status', os_status,
    'os_received', os_received, 'os_submitted', os_submitted), evidence FROM shown_values WHERE c1
UNION ALL SELECT 'C2', code, 'S2', unit, 'CB', json_object('os_status', os_status,
    'os_finished', os_finished, 'os_returned', os_returned), evidence FROM shown_values WHERE c2
UNION ALL SELECT 'C3', code, 'S2', unit, 'CB', json_object('os_received', os_received), evidence
    FROM shown_values WHERE c3
UNION ALL SELECT 'C4', code, 'S2', unit, 'CB', json_object('os_finished', os_finished), evidence
    FROM shown_values WHERE c4
UNION ALL SELECT 'C5', code, 'S2', unit, 'CB', json_object('os_received', os_received,
    'os_finished', os_finished), evidence FROM shown_values WHERE c5
UNION ALL SELECT 'C6', code, 'S2', unit, 'CB', json_object('os_submitted', os_submitted,
    'os_received', os_received, 'os_finished', os_finished, 'os_returned', os_returned), evidence
    FROM shown_values WHERE c6
UNION ALL SELECT 'C9', code, 'S2', unit, 'CB', json_object('os_status', os_status,
    'os_received', os_received, 'os_due', os_due), evidence FROM shown_values WHERE c9
UNION ALL SELECT 'C12', code, 'S3', unit, 'QTHT', json_object('os_received', os_received,
    'po_received', po_received, 'os_due', os_due, 'po_due', po_due, 'os_finished', os_finished,
    'po_finished', po_finished, 'os_returned', os_returned, 'po_returned', po_returned), evidence
    FROM shown_values WHERE c12
UNION ALL SELECT 'C14', code, 'S3', unit, 'QTHT', json_object('os_received', os_received,
    'po_received', po_received, 'os_due', os_due, 'po_due', po_due, 'os_finished', os_finished,
    'po_finished', po_finished, 'os_returned', os_returned, 'po_returned', po_returned,
    'os_changed', os_changed), evidence FROM shown_values WHERE c14
UNION ALL SELECT 'E7', code, 'S4', unit, 'QTHT', json_object('os_received', os_received), evidence
    FROM shown_values WHERE e7;
