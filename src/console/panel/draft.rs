//! What is typed into the configuration editor, and whether it can be saved: errors by field.

use crate::api::configure::{self, Edit};
use crate::api::live::RunningConfiguration;
use crate::api::service::Service;

/// A field of the editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// vCPU, in mCPU.
    Cpu,
    /// Memory, in MB.
    Memory,
    /// The fewest instances.
    Min,
    /// The most instances.
    Max,
}

impl Field {
    /// Every field, in the order of the form.
    pub const ALL: [Field; 4] = [Field::Cpu, Field::Memory, Field::Min, Field::Max];

    /// Its label, with its unit.
    pub fn label(self) -> &'static str {
        match self {
            Field::Cpu => "vCPU (mCPU)",
            Field::Memory => "Memory (MB)",
            Field::Min => "Instances, at least",
            Field::Max => "Instances, at most",
        }
    }

    /// Its name on the wire, which a server's error begins with.
    pub fn name(self) -> &'static str {
        match self {
            Field::Cpu => "cpu",
            Field::Memory => "memory",
            Field::Min => "min_running_instances",
            Field::Max => "max_running_instances",
        }
    }

    /// The desired value, where the kind of service has this field.
    pub fn of(self, service: &Service) -> Option<u32> {
        match self {
            Field::Cpu => service.cpu,
            Field::Memory => service.memory,
            Field::Min => service.min_running_instances,
            Field::Max => service.max_running_instances,
        }
    }

    /// The value it runs with.
    pub fn running(self, runs: &RunningConfiguration) -> u32 {
        match self {
            Field::Cpu => runs.cpu,
            Field::Memory => runs.memory,
            Field::Min => runs.min_running_instances,
            Field::Max => runs.max_running_instances,
        }
    }

    /// The least and the greatest value that is taken.
    fn bounds(self) -> (u32, u32) {
        match self {
            Field::Cpu => configure::CPU,
            Field::Memory => configure::MEMORY,
            Field::Min => configure::INSTANCES,
            Field::Max => configure::INSTANCES,
        }
    }

    fn read(self, text: &str) -> Result<u32, String> {
        let (least, most) = self.bounds();
        match text.trim().parse::<u32>() {
            Ok(value) if (least..=most).contains(&value) => Ok(value),
            Ok(_) | Err(_) => Err(format!("A whole number from {least} to {most}")),
        }
    }
}

/// What stands in the fields; a field the service does not have is not there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft(Vec<(Field, String)>);

impl Draft {
    /// The desired configuration as it is.
    pub fn of(service: &Service) -> Draft {
        let fields = Field::ALL.into_iter().filter_map(|field| Some((field, field.of(service)?.to_string())));
        Draft(fields.collect())
    }

    /// The fields there are.
    pub fn fields(&self) -> Vec<Field> {
        self.0.iter().map(|(field, _)| *field).collect()
    }

    /// What stands in a field.
    pub fn text(&self, field: Field) -> &str {
        self.0.iter().find(|(other, _)| *other == field).map_or("", |(_, text)| text)
    }

    /// Types into a field.
    pub fn set(&mut self, field: Field, text: String) {
        if let Some(slot) = self.0.iter_mut().find(|(other, _)| *other == field) {
            slot.1 = text;
        }
    }

    /// The values to write.
    ///
    /// # Errors
    /// What is wrong with which field.
    pub fn edit(&self) -> Result<Edit, Vec<(Field, String)>> {
        let mut edit = Edit::default();
        let mut problems = Vec::new();
        for (field, text) in &self.0 {
            let slot = match field {
                Field::Cpu => &mut edit.cpu,
                Field::Memory => &mut edit.memory,
                Field::Min => &mut edit.min_running_instances,
                Field::Max => &mut edit.max_running_instances,
            };
            match field.read(text) {
                Ok(value) => *slot = Some(value),
                Err(problem) => problems.push((*field, problem)),
            }
        }
        if let (Some(min), Some(max)) = (edit.min_running_instances, edit.max_running_instances)
            && max < min
        {
            problems.push((Field::Max, format!("Not fewer than at least: {min}")));
        }
        if problems.is_empty() { Ok(edit) } else { Err(problems) }
    }
}
