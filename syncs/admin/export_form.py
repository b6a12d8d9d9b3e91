"""The form of an export: which columns, which kind of file."""

from typing import Any

from django import forms
from unfold.contrib.import_export.forms import SelectableFieldsExportForm


class ExportForm(SelectableFieldsExportForm):
    """Names each column as the file does, and has a format chosen already."""

    def __init__(self, formats: list[Any], resources: list[Any], **kwargs: Any) -> None:
        super().__init__(formats, resources, **kwargs)
        for resource in resources:
            for name, column in resource.fields.items():
                field = self.fields.get(self.create_boolean_field_name(resource, name))
                if isinstance(field, forms.BooleanField):
                    field.label = column.column_name
        self.fields["format"].initial = "0"
