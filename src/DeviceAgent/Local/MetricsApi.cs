using System.Text;
using DeviceAgent.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary><c>GET /metrics</c>: for Prometheus.</summary>
internal sealed class MetricsApi(AgentFacts facts, MetricsCollector metrics, TimeProvider time)
{
    public Task GetAsync(HttpContext context)
    {
        var text = new PrometheusText();
        foreach (var family in metrics.Collect()) text.Add(family);
        text.Add("device_agent_info", "gauge", "Which agent runs for which thing.", 1, $"thing=\"{PrometheusText.Escape(facts.Thing)}\",version=\"{facts.Version}\"");
        text.Add("device_agent_uptime_seconds", "gauge", "Time since the start.", time.GetElapsedTime(facts.StartedAt).TotalSeconds);
        text.Add("process_resident_memory_bytes", "gauge", "Memory of the process in RAM.", ProcessUsage.ResidentBytes());
        text.Add("process_cpu_seconds_total", "counter", "Processor time of the process.", ProcessUsage.CpuSeconds());
        if (ProcessUsage.DiskBytesWritten() is { } written) text.Add("process_disk_bytes_written_total", "counter", "Bytes that the process caused to be written to storage.", written);
        return Answer.BytesAsync(context, StatusCodes.Status200OK, PrometheusText.ContentType, Encoding.UTF8.GetBytes(text.ToString()));
    }
}
