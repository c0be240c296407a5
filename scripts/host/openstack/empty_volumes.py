"""A back end of Cinder's without storage: every call succeeds at once, and no volume holds anything."""
from cinder.volume import driver


def _done(*_arguments, **_words):
    return None


class EmptyVolumes(driver.VolumeDriver):
    VERSION = "1"
    check_for_setup_error = _done
    create_volume = delete_volume = extend_volume = create_cloned_volume = _done
    create_snapshot = delete_snapshot = create_volume_from_snapshot = _done
    copy_image_to_volume = copy_volume_to_image = _done
    ensure_export = create_export = remove_export = terminate_connection = _done

    def _update_volume_stats(self):
        self._stats = {
            "volume_backend_name": self.configuration.volume_backend_name,
            "vendor_name": "none",
            "driver_version": self.VERSION,
            "storage_protocol": "iSCSI",
            "total_capacity_gb": 1_000_000,
            "free_capacity_gb": 1_000_000,
            "reserved_percentage": 0,
            "multiattach": True,
        }

    def clone_image(self, _context, _volume, _location, _meta, _service):
        return {}, True

    def initialize_connection(self, volume, _connector, **_words):
        target = {"target_portal": "127.0.0.1:3260", "target_iqn": f"iqn.2015-01.test:{volume.id}", "target_lun": 1}
        return {"driver_volume_type": "iscsi", "data": {**target, "volume_id": volume.id, "access_mode": "rw"}}
