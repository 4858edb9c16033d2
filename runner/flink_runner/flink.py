"""One job in PyFlink: environments of its own, the plan of its whole INSERT, and its start."""

from collections.abc import Mapping
from typing import Any
from urllib.request import pathname2url

from py4j.java_gateway import get_java_class
from pyflink.common import Configuration
from pyflink.datastream import DataStream, StreamExecutionEnvironment
from pyflink.java_gateway import get_gateway
from pyflink.table import EnvironmentSettings, ExplainDetail, StreamTableEnvironment, Table
from pyflink.util.java_utils import create_url_class_loader, get_j_env_configuration

from flink_runner.description import Code, OptionChange, Request
from flink_runner.failure import JobError, code_error, sql_error
from flink_runner.output import OutputKind, check_output
from flink_runner.source import output_line
from flink_runner.space import Space

#: Nothing can be started on a target of this name, whatever user code calls; the real one comes with `fixed`.
_NO_TARGET = "none-while-planning"
_BLOCKED = "No ExecutorFactory found to execute the application"
_RAW_STREAM = "PickledByteArrayTypeInfo"


def _jvm() -> Any:
    return get_gateway().jvm


def _configuration(options: Mapping[str, str]) -> Any:
    found = _jvm().org.apache.flink.configuration.Configuration()
    for key, value in options.items():
        found.setString(key, value)
    return found


class Cluster:
    """What all jobs share: this machine's Flink configuration and plugins, and the class loader to go back to."""

    def __init__(self) -> None:
        flink = _jvm().org.apache.flink
        self.configuration = flink.configuration.GlobalConfiguration.loadConfiguration()
        plugins = flink.core.plugin.PluginUtils.createPluginManagerFromRootFolder(self.configuration)
        # As `flink run` does it: without, a table on S3 cannot be planned.
        flink.core.fs.FileSystem.initialize(self.configuration, plugins)
        self.loader = _jvm().Thread.currentThread().getContextClassLoader()
        python = get_java_class(flink.client.python.PythonGatewayServer)
        self.python_jar = python.getProtectionDomain().getCodeSource().getLocation().toString()


class Job:
    """A job that was planned and can be started once."""

    def __init__(self, request: Request, cluster: Cluster) -> None:
        self.request = request
        jars = _jar_urls(request.properties.get("pipeline.jars"))
        self._loader = create_url_class_loader([_jvm().java.net.URL(jar) for jar in jars], cluster.loader)
        # A cluster has no operators for Python streams in its lib/; `flink run -py` sends this jar along as well.
        self._jars = [*jars, cluster.python_jar] if request.code else jars
        self._space = Space(request.properties.get("python.files"))
        self._cluster = cluster

    def plan(self) -> str:
        """Runs all of it but the start, and gives Flink's plan. Throws JobError."""
        with self._space.entered():
            self._enter()
            self._make_environments()
            for index, definition in enumerate(self.request.definitions):
                if isinstance(definition, OptionChange):
                    self._change(definition)
                else:
                    self._sql("definition", definition, index=index)
            if self.request.code:
                self._table_env.create_temporary_view(self.request.code.view, self._run(self.request.code))
            else:
                self._sql("query", self.request.view)
            return self._explain()

    def catalogs(self) -> list[str]:
        """Flink's own one, in memory, and those whose tables may change without a change of any statement."""
        return sorted(self._table_env.list_catalogs())

    def start(self, fixed: Mapping[str, str]) -> str:
        """Submits the job and gives its id as soon as the cluster has accepted it. Throws JobError."""
        with self._space.entered():
            self._enter()
            configuration = _configuration({**self.request.fixed, **fixed})
            self._j_configuration.addAll(configuration)
            self._env._j_stream_execution_environment.configure(configuration, self._loader)
            # Table options come last when Flink starts a job.
            for key, value in {**self.request.fixed, **fixed}.items():
                self._table_env.get_config().set(key, value)
            try:
                return str(self._insert.execute().get_job_client().get_job_id())
            except Exception as error:
                raise sql_error("start", error) from error

    def _enter(self) -> None:
        _jvm().Thread.currentThread().setContextClassLoader(self._loader)

    def _make_environments(self) -> None:
        jvm, properties = _jvm(), self.request.properties
        configuration = jvm.org.apache.flink.configuration.Configuration(self._cluster.configuration)
        own = {"execution.target": _NO_TARGET, **({"pipeline.jars": ";".join(self._jars)} if self._jars else {})}
        configuration.addAll(_configuration({**properties, **own}))
        environment = jvm.org.apache.flink.streaming.api.environment.StreamExecutionEnvironment
        self._env = StreamExecutionEnvironment(environment(configuration))
        self._j_configuration = get_j_env_configuration(self._env._j_stream_execution_environment)
        # Only what a table environment decides at its birth: the rest would win over what user code sets.
        early = {k: v for k, v in properties.items() if k.startswith("table.") or k == "execution.runtime-mode"}
        settings = EnvironmentSettings.new_instance().with_configuration(
            Configuration(j_configuration=_configuration(early))
        )
        self._table_env = StreamTableEnvironment.create(self._env, settings.build())

    def _change(self, change: OptionChange) -> None:
        value = change.value if change.value is not None else self.request.properties.get(change.option)
        if value is None:
            self._table_env._j_tenv.getConfig().getConfiguration().removeKey(change.option)
        else:
            self._table_env.get_config().set(change.option, value)

    def _sql(self, part: str, sql: str | None, **places: Any) -> None:
        try:
            self._table_env.execute_sql(sql)
        except Exception as error:
            found = sql_error(part, error, **places)
            raise (JobError(part, "the statement starts a job", **places) if _is_blocked(found) else found) from error

    def _run(self, code: Code) -> Table:
        try:
            names = self._space.run(code, {"stream_env": self._env, "table_env": self._table_env})
        except (Exception, SystemExit) as error:
            found = code_error(error, code)
            if _is_blocked(found):
                words = "the code starts a job itself; set execution_output, and the job is started for you"
                found.answer["message"] = words
            raise found from error
        place = {"file": code.file, "line": output_line(code)}
        kind = check_output(names, _kind_of, place)
        output = names["execution_output"]
        self._check_home(output, kind, place)
        return output if kind == "Table" else self._table_env.from_data_stream(output)

    def _check_home(self, output: Any, kind: OutputKind, place: Mapping[str, Any]) -> None:
        own = self._env._j_stream_execution_environment
        if kind == "DataStream":
            if not output.get_execution_environment()._j_stream_execution_environment.equals(own):
                words = "execution_output belongs to another environment; build it from stream_env or table_env"
                raise JobError("output", words, **place)
            if output._j_data_stream.getType().getClass().getSimpleName() == _RAW_STREAM:
                words = "execution_output is a DataStream without columns; give the last step an output_type"
                raise JobError("output", f"{words}, such as Types.ROW_NAMED(['id'], [Types.LONG()])", **place)
        sinks = [type_ for type_ in self._transformations() if "Sink" in type_]
        if sinks:
            words = "the code has a sink of its own, which would not run; write to the target table only"
            raise JobError("output", f"{words} ({sinks[0]})", **place)

    def _transformations(self) -> list[str]:
        own = self._env._j_stream_execution_environment
        return [step.getClass().getSimpleName() for step in own.getTransformations()]

    def _explain(self) -> str:
        try:
            self._insert = self._table_env.create_statement_set()
            self._insert.add_insert_sql(self.request.insert)
            return self._explained()
        except Exception as error:
            raise sql_error("insert", error) from error

    def _explained(self) -> str:
        details = [ExplainDetail.CHANGELOG_MODE, ExplainDetail.PLAN_ADVICE, ExplainDetail.JSON_EXECUTION_PLAN]
        try:
            return self._insert.explain(*details)
        except Exception:
            # The advice comes from a look at every node of the plan, and not every node that runs can be looked at.
            return self._insert.explain(ExplainDetail.CHANGELOG_MODE, ExplainDetail.JSON_EXECUTION_PLAN)


def _is_blocked(error: JobError) -> bool:
    return any(_BLOCKED in cause for cause in error.answer.get("causes", ()))


def _kind_of(value: Any) -> OutputKind | None:
    if isinstance(value, Table):
        return "Table"
    return "DataStream" if isinstance(value, DataStream) else None


def _jar_urls(option: str | None) -> list[str]:
    texts = [text.strip() for text in (option or "").split(";") if text.strip()]
    return [text if ":" in text else "file:" + pathname2url(text) for text in texts]
